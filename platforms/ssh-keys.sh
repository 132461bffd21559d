# Makes SSH key pairs.
# In: PAIRS, their names
# Out: JSON {name: {private, public}}
set -eu
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
quoted() { printf '"'; awk '{ printf "%s\\n", $0 }' "$1"; printf '"'; }
separator='{'
for pair in $PAIRS; do
  ssh-keygen -q -t ed25519 -N '' -C pulumi-puppet -f "$folder/$pair"
  printf '%s"%s":{"private":%s,"public":%s}' "$separator" "$pair" "$(quoted "$folder/$pair")" "$(quoted "$folder/$pair.pub")"
  separator=','
done
echo '}'
