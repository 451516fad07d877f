//! A run as a picture: one page that needs nothing else. [`model`] decides what is shown, `page.*` how it looks.

pub mod model;

pub use model::Timeline;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const CODE: &str = include_str!("page.js");

/// The whole page, the same for the same run.
pub fn page(timeline: &Timeline) -> String {
    // Numbers and texts only, so this cannot fail.
    let data = serde_json::to_string(timeline).unwrap_or_default();
    let parts = [
        ("{{style}}", STYLE),
        ("{{code}}", CODE),
        ("{{title}}", &escape(&timeline.title)),
        // Whatever a script prints: nothing in it ends the element.
        ("{{data}}", &data.replace('<', "\\u003c")),
    ];
    let mut page = String::new();
    let mut rest = PAGE;
    // One pass, so that no text is taken for a placeholder.
    while let Some((start, place, text)) = first(rest, &parts) {
        page.push_str(&rest[..start]);
        page.push_str(text);
        rest = &rest[start + place.len()..];
    }
    page + rest
}

fn first<'a>(text: &str, parts: &[(&'a str, &'a str)]) -> Option<(usize, &'a str, &'a str)> {
    let found = parts
        .iter()
        .map(|&(place, part)| Some((text.find(place)?, place, part)));
    found.flatten().min_by_key(|&(start, _, _)| start)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_the_script_breaks_the_page() {
        let evil = "</script><script>alert(1)</script><!-- {{code}} {{title}}";
        let timeline = Timeline {
            title: evil.to_owned(),
            ..Timeline::default()
        };
        let page = page(&timeline);
        assert_eq!(page.matches("<script").count(), 2, "the data and the code");
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("<!-- {{code}}"));
        assert!(page.contains("\\u003c/script>\\u003cscript>alert(1)"));
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = page(&Timeline::default());
        for needle in ["http:", "https:", "src=", "url(", "@import", "<link"] {
            assert!(!page.contains(needle), "{needle}");
        }
    }
}
