//! Turns a terminal's screen, as `tmux capture-pane -p -e` prints it, into a picture.
//!
//! ```text
//! tmux capture-pane -p -e | cargo run -p cli --example screen_to_svg > screen.svg
//! ```

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut screen = String::new();
    io::stdin().read_to_string(&mut screen)?;
    let picture = anstyle_svg::Term::new()
        .fg_color(anstyle::AnsiColor::White.into())
        .bg_color(anstyle::RgbColor(0x1c, 0x1c, 0x1c).into())
        .min_width_px(730)
        .render_svg(screen.trim_end());
    io::stdout().write_all(picture.as_bytes())
}
