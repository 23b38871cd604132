#!/bin/sh
# Draws icon.svg in every size that the window and the packages need. Needs chromium and python3.
set -eu
cd "$(dirname "$0")"
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

for size in 16 32 48 128 256 512; do
  printf '<body style="margin:0"><img src="file://%s/icon.svg" width="%s" height="%s" style="display:block">' \
    "$PWD" "$size" "$size" >"$room/page.html"
  chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$room/profile" \
    --default-background-color=00000000 --window-size="$size,$size" --screenshot="$room/$size.png" \
    "file://$room/page.html" 2>/dev/null
done
for size in 32 128 256; do cp "$room/$size.png" "${size}x$size.png"; done
cp "$room/512.png" icon.png

# An .ico file is a table of contents before PNG pictures.
python3 - "$room" <<'PYTHON'
import struct, sys
sizes = [16, 32, 48, 256]
pictures = [open(f"{sys.argv[1]}/{size}.png", "rb").read() for size in sizes]
place = 6 + 16 * len(sizes)
table = struct.pack("<HHH", 0, 1, len(sizes))
for size, picture in zip(sizes, pictures):
    table += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), place)
    place += len(picture)
open("icon.ico", "wb").write(table + b"".join(pictures))
PYTHON
