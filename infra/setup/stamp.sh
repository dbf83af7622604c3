# Sourced by the set-up steps: tells whether the inputs of a step are those of its last success.
# shellcheck shell=sh

# The checksum of all given files, in order.
inputs_sum() {
  cat -- "$@" | sha256sum | cut -d' ' -f1
}

# is_fresh STAMP_FILE SUM PRODUCT: the product is there, and was made from the same inputs.
is_fresh() {
  [ -e "$3" ] && [ -f "$1" ] && [ "$(cat -- "$1")" = "$2" ]
}

# set_stamp STAMP_FILE SUM: only after success, and whole or not at all.
set_stamp() {
  printf '%s\n' "$2" > "$1.partial"
  mv -- "$1.partial" "$1"
}
