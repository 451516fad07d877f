//! Answers to queries: a position to an offset, the question to `halion_ide`, its answer to the protocol's words.

use halion_ide::{
    ItemKind, Rank, Symbol, SymbolKind as Kind, completion, document_symbols, goto_definition,
    hover, signature_help,
};
use serde_json::Value;
use tower_lsp::lsp_types::*;

use crate::scripts::View;

impl View {
    pub(crate) fn hover(&self, position: Position) -> Option<Hover> {
        #[cfg(test)]
        crate::tests::faults::before_query(self.text().file.text());
        let lines = self.text().lines();
        let found = hover(&self.version.snapshot, self.file(), lines.offset(position))?;
        let range = Some(lines.range(found.range.clone()));
        let contents = match self.client.markdown {
            true => markup(MarkupKind::Markdown, found.markdown),
            false => markup(MarkupKind::PlainText, found.plain_text()),
        };
        Some(Hover {
            contents: HoverContents::Markup(contents),
            range,
        })
    }

    pub(crate) fn definition(&self, position: Position) -> Option<GotoDefinitionResponse> {
        let offset = self.text().lines().offset(position);
        let targets = goto_definition(&self.version.snapshot, self.file(), offset);
        let places = targets.into_iter().filter_map(|target| {
            let text = self.version.text(target.file)?;
            Some(Location {
                uri: text.uri.clone(),
                range: text.lines().range(target.range),
            })
        });
        let places: Vec<Location> = places.collect();
        (!places.is_empty()).then_some(GotoDefinitionResponse::Array(places))
    }

    pub(crate) fn symbols(&self) -> DocumentSymbolResponse {
        let symbols = document_symbols(&self.version.snapshot, self.file());
        if self.client.symbol_tree {
            return DocumentSymbolResponse::Nested(
                symbols
                    .into_iter()
                    .map(|symbol| self.symbol(symbol))
                    .collect(),
            );
        }
        let mut flat = Vec::new();
        self.flatten(symbols, None, &mut flat);
        DocumentSymbolResponse::Flat(flat)
    }

    #[allow(
        deprecated,
        reason = "the protocol's structs have no other constructor"
    )]
    fn symbol(&self, symbol: Symbol) -> DocumentSymbol {
        let lines = self.text().lines();
        DocumentSymbol {
            name: symbol.name,
            detail: symbol.detail,
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: lines.range(symbol.range),
            selection_range: lines.range(symbol.name_range),
            children: Some(
                symbol
                    .children
                    .into_iter()
                    .map(|child| self.symbol(child))
                    .collect(),
            ),
        }
    }

    #[allow(
        deprecated,
        reason = "the protocol's structs have no other constructor"
    )]
    fn flatten(
        &self,
        symbols: Vec<Symbol>,
        container: Option<&str>,
        flat: &mut Vec<SymbolInformation>,
    ) {
        for symbol in symbols {
            let range = self.text().lines().range(symbol.range);
            flat.push(SymbolInformation {
                name: symbol.name.clone(),
                kind: symbol_kind(symbol.kind),
                tags: None,
                deprecated: None,
                location: Location {
                    uri: self.text().uri.clone(),
                    range,
                },
                container_name: container.map(str::to_owned),
            });
            self.flatten(symbol.children, Some(&symbol.name), flat);
        }
    }

    pub(crate) fn completion(&self, position: Position) -> CompletionResponse {
        let lines = self.text().lines();
        let found = completion(&self.version.snapshot, self.file(), lines.offset(position));
        let range = lines.range(found.range);
        let items = found.items.into_iter().map(|item| {
            let rank = match item.rank {
                Rank::Near => 0,
                Rank::Fits => 1,
                Rank::Lua => 2,
                Rank::WrongThread => 9,
            };
            let insert = item.insert.unwrap_or_else(|| item.label.clone());
            CompletionItem {
                sort_text: Some(format!("{rank}{}", item.label)),
                filter_text: Some(item.label.clone()),
                label: item.label,
                kind: Some(item_kind(item.kind)),
                detail: Some(item.detail).filter(|detail| !detail.is_empty()),
                tags: item
                    .is_deprecated
                    .then(|| vec![CompletionItemTag::DEPRECATED]),
                text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                    range,
                    new_text: insert,
                })),
                data: item.key.map(Value::String),
                ..CompletionItem::default()
            }
        });
        CompletionResponse::Array(items.collect())
    }

    pub(crate) fn signature_help(&self, position: Position) -> Option<SignatureHelp> {
        let offset = self.text().lines().offset(position);
        let found = signature_help(&self.version.snapshot, self.file(), offset)?;
        let signatures = found.signatures.into_iter().map(|signature| {
            let parameters =
                signature
                    .parameters
                    .into_iter()
                    .map(|(range, about)| ParameterInformation {
                        label: ParameterLabel::Simple(signature.label[range].to_owned()),
                        documentation: Some(about)
                            .filter(|about| !about.is_empty())
                            .map(documentation),
                    });
            SignatureInformation {
                parameters: Some(parameters.collect()),
                label: signature.label,
                documentation: Some(documentation(signature.documentation)),
                active_parameter: None,
            }
        });
        Some(SignatureHelp {
            signatures: signatures.collect(),
            active_signature: u32::try_from(found.active_signature).ok(),
            active_parameter: u32::try_from(found.active_parameter).ok(),
        })
    }
}

/// Adds the documentation to an item that is looked at.
pub(crate) fn resolve(item: CompletionItem) -> CompletionItem {
    let text = item
        .data
        .as_ref()
        .and_then(Value::as_str)
        .and_then(halion_ide::documentation);
    CompletionItem {
        documentation: text.map(documentation),
        ..item
    }
}

fn documentation(text: String) -> Documentation {
    Documentation::MarkupContent(markup(MarkupKind::Markdown, text))
}

fn markup(kind: MarkupKind, value: String) -> MarkupContent {
    MarkupContent { kind, value }
}

fn symbol_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Function => SymbolKind::FUNCTION,
        Kind::Method => SymbolKind::METHOD,
        Kind::Variable => SymbolKind::VARIABLE,
    }
}

fn item_kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Function => CompletionItemKind::FUNCTION,
        ItemKind::Method => CompletionItemKind::METHOD,
        ItemKind::Callback => CompletionItemKind::EVENT,
        ItemKind::Class => CompletionItemKind::CLASS,
        ItemKind::Field => CompletionItemKind::FIELD,
        ItemKind::Enumeration => CompletionItemKind::ENUM,
        ItemKind::Constant => CompletionItemKind::ENUM_MEMBER,
        ItemKind::Variable => CompletionItemKind::VARIABLE,
        ItemKind::Module => CompletionItemKind::MODULE,
        ItemKind::Keyword => CompletionItemKind::KEYWORD,
    }
}
