//! Offers where a name of its own is written: locals, functions of the script, HALion's API, Lua's library and words.

use halion_api::{Availability, api};
use halion_syntax::{SyntaxKind, SyntaxToken, TextSize};

use super::item::{Item, ItemKind, Rank};
use super::site::Site;
use crate::names::{LocalKind, global_name, visible_locals};
use crate::place::is_chunk;

impl Site<'_> {
    pub(super) fn names(&self) -> Vec<Item> {
        let runs_on = self.threads();
        let mut items = self.keys();
        let node = self.node();
        for (kind, name) in visible_locals(
            &node,
            TextSize::try_from(self.range.start).unwrap_or_default(),
        ) {
            let item = match kind {
                LocalKind::Function => ItemKind::Function,
                _ => ItemKind::Variable,
            };
            items.push(Item::new(Rank::Near, &name, item, "local"));
        }
        items.extend(self.script_functions());
        let api = api();
        let functions = api
            .functions()
            .iter()
            .filter(|function| function.class.is_none());
        items.extend(
            functions.map(|function| {
                Item::function(function, &function.name, ItemKind::Function, runs_on)
            }),
        );
        items.extend(api.constructors().map(|constructor| {
            Item::function(constructor, &constructor.name, ItemKind::Class, runs_on)
        }));
        for enumeration in api.enums() {
            items.push(
                Item::new(
                    Rank::Fits,
                    &enumeration.name,
                    ItemKind::Enumeration,
                    "enumeration",
                )
                .with_key(&enumeration.name),
            );
        }
        for global in api.globals() {
            items.push(
                Item::new(
                    Rank::Fits,
                    &global.name,
                    ItemKind::Variable,
                    &global.value_type,
                )
                .with_key(&global.name),
            );
        }
        for library in api.lua().libraries() {
            match library.name.as_str() {
                "_G" => items.extend(library.entries.iter().filter_map(Item::lua)),
                "file" => {}
                _ if library.availability == Availability::Available => {
                    items.push(
                        Item::new(Rank::Lua, &library.name, ItemKind::Module, "library")
                            .with_key(&library.name),
                    );
                }
                _ => {}
            }
        }
        items.extend(
            KEYWORDS
                .iter()
                .map(|keyword| Item::new(Rank::Lua, keyword, ItemKind::Keyword, "")),
        );
        items
    }

    /// The global functions of the script, in all its files.
    fn script_functions(&self) -> impl Iterator<Item = Item> + '_ {
        let functions = self
            .snapshot
            .analysis()
            .functions
            .iter()
            .filter(|function| !is_chunk(function));
        let named = functions.filter(|function| {
            function
                .name
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_')
        });
        named.map(|function| {
            Item::new(
                Rank::Fits,
                &function.name,
                ItemKind::Function,
                &crate::place::runs_in(function),
            )
        })
    }

    /// The keys that the table round this place is expected to have: `defineParameter{ ... }`.
    fn keys(&self) -> Vec<Item> {
        let starts_field = self.before.as_ref().is_some_and(|token| {
            matches!(
                token.kind(),
                SyntaxKind::LBrace | SyntaxKind::Comma | SyntaxKind::Semicolon
            ) && token
                .parent()
                .is_some_and(|parent| parent.kind() == SyntaxKind::TableExpr)
        });
        let table = self
            .before
            .as_ref()
            .filter(|_| starts_field)
            .and_then(SyntaxToken::parent);
        let call = table
            .and_then(|table| table.parent()?.parent())
            .filter(|node| node.kind() == SyntaxKind::CallExpr);
        let function = call.and_then(|call| api().function(&global_name(&call.first_child()?)?));
        let keys = function.iter().flat_map(|function| &function.named_params);
        keys.map(|key| {
            let insert = format!("{} = ", key.name);
            Item {
                insert: Some(insert),
                ..Item::new(Rank::Near, &key.name, ItemKind::Field, &key.type_text())
            }
        })
        .collect()
    }
}

const KEYWORDS: [&str; 22] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];
