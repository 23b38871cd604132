# What the other scripts share: install what is missing, build what is stale. Sourced, never run.
# Quiet when there is nothing to do.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1

# On a build machine the output outlives the checkout, so that the next run builds only what changed.
if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
  export CARGO_TARGET_DIR="${XDG_CACHE_HOME:-$HOME/.cache}/kenmu/target"
fi
target=${CARGO_TARGET_DIR:-$top/target}

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

# To build: the webview, sound, VP8, cameras (their bindings are made by clang) and what their build scripts call.
build_packages="build-essential pkg-config cmake perl libwebkit2gtk-4.1-dev libgtk-3-dev
  librsvg2-dev libvpx-dev libdbus-1-dev libasound2-dev libclang-dev"
# To hear it: a sound server of the tests' own, and telephones.
sound_packages="pulseaudio pulseaudio-utils procps sip-tester baresip-core"
# To run it untouched: a screen, a bus, a keyring, another clock, browsers, their drivers and what opens the one that is
# the user's own. The manual's PDFs are read by poppler-utils, and qpdf locks one.
run_packages="xvfb xdg-utils dbus dbus-x11 gnome-keyring libsecret-tools faketime chromium chromium-driver webkit2gtk-driver fonts-noto-cjk
  libayatana-appindicator3-1 poppler-utils poppler-data qpdf"
# To write Japanese in it as a person does.
input_packages="fcitx5 fcitx5-mozc fcitx5-frontend-gtk3 xdotool"
# To compare with it. Its own service has no business here: the bench starts what it measures.
peer_packages="rtpengine-daemon"

as_root() {
  [ "$(id -u)" -eq 0 ] || echo sudo
}

install_packages() {
  local missing=() package sudo
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || { echo "Please install: ${missing[*]}" >&2; return 1; }
  sudo=$(as_root)
  if [ -n "$sudo" ] && ! command -v sudo >/dev/null; then
    echo "Please install as root: ${missing[*]}" >&2
    return 1
  fi
  say "installing ${#missing[@]} system packages: ${missing[*]}"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The same for packages with a service: Debian asks policy-rc.d before it starts one (101: not allowed).
install_unstarted() {
  local sudo policy=/usr/sbin/policy-rc.d ours='' failed=''
  sudo=$(as_root)
  if [ -n "$sudo" ] && ! command -v sudo >/dev/null; then
    # It says what is missing, and by whom it can be installed.
    install_packages "$@"
    return
  fi
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod +x $policy
    ours=yes
  fi
  install_packages "$@" || failed=yes
  [ -z "$ours" ] || $sudo rm -f $policy
  [ -z "$failed" ] || return 1
  # Nor at the next start of the machine.
  [ ! -d /run/systemd/system ] || $sudo systemctl disable --quiet "$@" 2>/dev/null || true
}

need() {
  command -v "$1" >/dev/null || { echo "Please install $2 first." >&2; exit 1; }
}

# prepare build: what compiling and the quick tests need. prepare run: screens and browsers as well.
# prepare bench: the peers too.
prepare() {
  need git git
  need cargo "the Rust toolchain (https://rustup.rs)"
  need npm "Node.js 20 or newer with npm"
  # shellcheck disable=SC2086
  case $1 in
    build) install_packages $build_packages $sound_packages ;;
    run)
      install_packages $build_packages $sound_packages $run_packages $input_packages
      # A bare container has no machine id, and WebKit's driver waits for one for ever.
      [ -s /etc/machine-id ] || $(as_root) dbus-uuidgen --ensure=/etc/machine-id
      ;;
    bench)
      prepare run
      # shellcheck disable=SC2086
      dpkg-query -W -f='${Status}\n' $peer_packages 2>/dev/null | grep -q 'ok installed' ||
        install_unstarted $peer_packages
      ;;
  esac
}

build_ui() {
  local lock=ui/node_modules/.package-lock.json
  if [ ! -f "$lock" ] || [ ui/package-lock.json -nt "$lock" ]; then
    say "installing what the pages are built with (npm ci)"
    (cd ui && npm ci --silent --no-fund --no-audit && touch node_modules/.package-lock.json)
  fi
  local stamp=ui/dist/.built
  if [ ! -f "$stamp" ] || [ -n "$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -newer "$stamp" -print -quit)" ]; then
    say "building the pages"
    (cd ui && npm run --silent build >/dev/null) && touch "$stamp"
  fi
}

build_programs() {
  if [ -f "$target/debug/kenmu-demo" ]; then
    cargo build --workspace --locked --quiet
  else
    say "building the programs; the first time takes 10 to 20 minutes"
    cargo build --workspace --locked
  fi
}

# The exchange as it is shipped, for rows whose peer is a program of Debian's.
build_shipped() {
  [ -f "$target/release/kenmu-exchange" ] ||
    say "building the exchange with the release profile; the first time takes some ten minutes"
  cargo build --release --locked --quiet --package exchange --bin kenmu-exchange
}
