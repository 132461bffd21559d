# Makes two SSH key pairs: one that logs in, one that every host of the environment shows.
# Out: JSON {client: {private, public}, host: {private, public}}
set -eu
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
quoted() { printf '"'; awk '{ printf "%s\\n", $0 }' "$1"; printf '"'; }
for pair in client host; do ssh-keygen -q -t ed25519 -N '' -C pulumi-puppet -f "$folder/$pair"; done
printf "%s\n" "{\"client\":{\"private\":$(quoted "$folder/client"),\"public\":$(quoted "$folder/client.pub")},\"host\":{\"private\":$(quoted "$folder/host"),\"public\":$(quoted "$folder/host.pub")}}"
