//! Offers after `.` and `:`: fields, constants, methods, and functions of the script that are declared by such a path.

use halion_api::{Function, api};
use halion_syntax::{SyntaxKind, SyntaxNode};

use super::item::{Item, ItemKind, Rank};
use super::site::Site;
use crate::class_of::{callback_of, class_of};
use crate::names::global_name;

impl Site<'_> {
    pub(super) fn fields(&self) -> Vec<Item> {
        let Some(base) = self.base() else {
            return Vec::new();
        };
        let (api, runs_on) = (api(), self.threads());
        if let Some(callback) =
            callback_of(&base).filter(|callback| !callback.event_fields.is_empty())
        {
            let fields = callback.event_fields.iter();
            return fields
                .map(|field| {
                    Item::new(Rank::Fits, &field.name, ItemKind::Field, &field.type_text())
                })
                .collect();
        }
        if let Some(name) = global_name(&base) {
            if let Some(enumeration) = api.enumeration(&name) {
                let constants = enumeration.constants.iter().map(|constant| {
                    let item = Item::new(
                        Rank::Fits,
                        &constant.name,
                        ItemKind::Constant,
                        &constant.value.to_string(),
                    );
                    item.with_key(&format!("{name}.{}", constant.name))
                });
                return constants.collect();
            }
            if let Some(library) = api.lua().library(&name) {
                return library.entries.iter().filter_map(Item::lua).collect();
            }
            let members = api
                .global(&name)
                .into_iter()
                .flat_map(|global| &global.members);
            let functions: Vec<Item> = members
                .filter_map(|member| {
                    Some(Item::function(
                        api.function(&format!("{name}.{member}"))?,
                        member,
                        ItemKind::Function,
                        runs_on,
                    ))
                })
                .collect();
            if !functions.is_empty() {
                return functions;
            }
        }
        let classes = class_of(&base)
            .into_iter()
            .flat_map(|class| api.ancestry(class));
        let mut items: Vec<Item> = classes
            .flat_map(|class| class.fields.iter().map(move |field| (class, field)))
            .map(|(class, field)| {
                let item = Item::new(
                    Rank::Fits,
                    &field.name,
                    ItemKind::Field,
                    &field.types.join(" or "),
                );
                item.with_key(&format!("{}.{}", class.name, field.name))
            })
            .collect();
        items.extend(self.members(&base));
        items
    }

    pub(super) fn methods(&self) -> Vec<Item> {
        let (api, runs_on) = (api(), self.threads());
        let Some(base) = self.base() else {
            return Vec::new();
        };
        let item = |method: &'static Function| {
            Item::function(method, &method.name, ItemKind::Method, runs_on)
        };
        let own: Vec<Item> = self.members(&base).collect();
        match class_of(&base) {
            Some(class) => api
                .ancestry(class)
                .flat_map(|class| class.methods.iter().copied())
                .map(item)
                .chain(own)
                .collect(),
            None if own.is_empty() => api.methods().iter().map(item).collect(),
            None => own,
        }
    }

    /// The script's functions declared as `base.name` or `base:name`.
    fn members(&self, base: &SyntaxNode) -> impl Iterator<Item = Item> + '_ {
        let path = base.text().to_string().trim().to_owned();
        self.snapshot
            .analysis()
            .functions
            .iter()
            .filter_map(move |function| {
                let (owner, name) = function.name.rsplit_once(['.', ':'])?;
                (owner == path).then(|| {
                    Item::new(
                        Rank::Near,
                        name,
                        ItemKind::Method,
                        &crate::place::runs_in(function),
                    )
                })
            })
    }

    /// The expression before the sign.
    fn base(&self) -> Option<SyntaxNode> {
        let parent = self.before.as_ref()?.parent()?;
        match parent.kind() {
            SyntaxKind::IndexExpr | SyntaxKind::MethodCallExpr => parent.first_child(),
            _ => None,
        }
    }
}
