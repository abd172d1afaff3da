//! Writes an SVG.

use std::fmt::Write;

use crate::story::harmless;

/// An SVG that is being written.
pub(super) struct Svg {
    text: String,
}

/// The whole style. All classes begin alike, so that the drawing can stand inside any page.
const STYLE: &str = "\
    .seq-text{font:12.5px system-ui,'DejaVu Sans',sans-serif;fill:#1f2328}\
    .seq-halo{fill:none;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}\
    .seq-name{font:bold 14px system-ui,'DejaVu Sans',sans-serif;fill:#1f2328}\
    .seq-console{font:11.5px ui-monospace,'DejaVu Sans Mono',monospace;fill:#0a3069}\
    .seq-number{font:11px system-ui,'DejaVu Sans',sans-serif;fill:#8c959f}\
    .seq-paper{fill:#ffffff}\
    .seq-head{fill:#eaeef2;stroke:#57606a}\
    .seq-life{stroke:#8c959f;stroke-dasharray:2 3;fill:none}\
    .seq-bar{fill:#eaeef2;stroke:#8c959f}\
    .seq-screen{fill:#ddf4ff;stroke:#80ccff}\
    .seq-arrow{stroke:#1f2328;stroke-width:1.4;fill:none}\
    .seq-repeat{stroke-dasharray:6 4}\
    .seq-old{stroke-dasharray:1 4}\
    .seq-point{fill:#1f2328}\
    .seq-lost{stroke:#cf222e;stroke-width:1.6;fill:none}\
    .seq-lost-text{fill:#a40e26}\
    .seq-clock{stroke:#9a6700;stroke-width:1.6;fill:#fff8c5}\
    .seq-clock-text{fill:#7d4e00}";

/// The class of what stands in a console.
pub(super) const CONSOLE: &str = "seq-console";

impl Svg {
    pub(super) fn new(width: i32, height: i32, title: &str) -> Svg {
        let mut svg = Svg { text: String::new() };
        svg.put(&format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
        ));
        svg.put(&format!("<title>{}</title><style>{STYLE}</style>", escaped(title)));
        svg.put(concat!(
            r#"<defs><marker id="seq-point" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">"#,
            r#"<path class="seq-point" d="M0 0 L9 4 L0 8 Z"/></marker></defs>"#
        ));
        svg.rect("seq-paper", [0, 0, width, height]);
        svg
    }

    /// Left, top, width and height.
    pub(super) fn rect(&mut self, class: &str, [x, y, width, height]: [i32; 4]) {
        self.put(&format!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>"#
        ));
    }

    /// From the first point to the second.
    pub(super) fn line(&mut self, class: &str, [x1, y1]: [i32; 2], [x2, y2]: [i32; 2]) {
        self.put(&format!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#));
    }

    /// A line with a point at its end.
    pub(super) fn arrow(&mut self, class: &str, [x1, y1]: [i32; 2], [x2, y2]: [i32; 2]) {
        self.put(&format!(
            r#"<line class="seq-arrow {class}" marker-end="url(#seq-point)" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
        ));
    }

    /// A cross around a point.
    pub(super) fn cross(&mut self, [x, y]: [i32; 2], size: i32) {
        let (left, right, top, bottom) = (x - size, x + size, y - size, y + size);
        self.put(&format!(
            r#"<path class="seq-lost" d="M{left} {top} L{right} {bottom} M{left} {bottom} L{right} {top}"/>"#
        ));
    }

    /// A clock around a point.
    pub(super) fn clock(&mut self, [x, y]: [i32; 2]) {
        self.put(&format!(r#"<circle class="seq-clock" cx="{x}" cy="{y}" r="8"/>"#));
        self.put(&format!(r#"<path class="seq-clock" d="M{x} {} V{y} H{}"/>"#, y - 5, x + 4));
    }

    /// A text that begins, ends or is centered at a point (`start`, `end`, `middle`). With a halo, so that it can be read
    /// over lines, unless it stands in a console.
    pub(super) fn text(&mut self, class: &str, anchor: &str, [x, y]: [i32; 2], text: &str) {
        let text = escaped(text);
        let place = format!(r#"text-anchor="{anchor}" x="{x}" y="{y}" xml:space="preserve""#);
        if class != CONSOLE {
            self.put(&format!(r#"<text class="{class} seq-halo" aria-hidden="true" {place}>{text}</text>"#));
        }
        self.put(&format!(r#"<text class="{class}" {place}>{text}</text>"#));
    }

    pub(super) fn finish(mut self) -> String {
        self.put("</svg>");
        self.text
    }

    fn put(&mut self, element: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{element}");
    }
}

/// The text as XML, which has no control characters at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
