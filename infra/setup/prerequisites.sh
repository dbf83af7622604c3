#!/bin/sh
# Checks the programs that `make setup` needs; names each missing one with the command that installs it.
# usage: prerequisites.sh            exit code 0 if all are there, else 1
# Debian 12 (bookworm) has Go 1.19 and Rust 1.63, its backports Go 1.23 at most: all too old, hence the two downloads.
set -u
missing=0

report() { # NAME REMEDY
  printf 'missing: %s\n  install it with: %s\n' "$1" "$2"
  missing=1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# The first number pair of a version text: "go version go1.24.3 linux" gives "1 24".
version_pair() {
  printf '%s\n' "$1" | sed -n 's/^[^0-9]*\([0-9][0-9]*\)\.\([0-9][0-9]*\).*/\1 \2/p' | head -n 1
}

at_least() { # MAJOR MINOR WANTED_MAJOR WANTED_MINOR
  [ "$1" -gt "$3" ] || { [ "$1" -eq "$3" ] && [ "$2" -ge "$4" ]; }
}

check_python() {
  for candidate in python3.11 python3; do
    if "$candidate" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; then
      return
    fi
  done
  report "Python 3.11 with venv" "apt-get install -y python3.11 python3.11-venv (Debian 12; elsewhere: uv python install 3.11)"
}

check_java() {
  java=java
  [ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java
  remedy="apt-get install -y openjdk-17-jdk-headless (Debian 13: openjdk-21-jdk-headless)"
  has "$java" || { report "Java 17 or later" "$remedy"; return; }
  # 'openjdk version "17.0.15" 2025-04-15'
  major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  [ "${major:-0}" -ge 17 ] || report "Java 17 or later (there is ${major:-an unknown version})" "$remedy"
}

check_go() {
  remedy="apt-get install -y golang (Debian 13 or later; on Debian 12 too old: unpack https://go.dev/dl/ into /usr/local and put /usr/local/go/bin on PATH)"
  has go || { report "Go 1.24 or later" "$remedy"; return; }
  # shellcheck disable=SC2046  # two numbers, two arguments
  set -- $(version_pair "$(go version 2>&1)")
  at_least "${1:-0}" "${2:-0}" 1 24 || report "Go 1.24 or later (there is ${1:-?}.${2:-?})" "$remedy"
}

check_rust() {
  remedy="apt-get install -y cargo rustc (Debian 13 or later; on Debian 12 too old: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh)"
  has rustc || report "rustc 1.72 or later" "$remedy"
  has cargo || { report "cargo 1.72 or later" "$remedy"; return; }
  # shellcheck disable=SC2046  # two numbers, two arguments
  set -- $(version_pair "$(cargo --version 2>&1)")
  at_least "${1:-0}" "${2:-0}" 1 72 || report "cargo 1.72 or later (there is ${1:-?}.${2:-?})" "$remedy"
}

check_python
check_java
has mvn || report "mvn (Maven)" "apt-get install -y maven"
check_go
check_rust
has cc || report "cc (a C compiler)" "apt-get install -y gcc libc6-dev"
has make || report "make" "apt-get install -y make"
exit "$missing"
