# Runs a command on a host that a program leads to.
# In: TARGET as user@host, HOST_KEY, PROXY (OpenSSH's ProxyCommand), COMMAND; on standard input the private key up to
# its last line, then what the command reads.
set -eu
umask 077
export LC_ALL=C
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
while IFS= read -r line; do
  printf '%s\n' "$line" >>"$folder/key"
  case $line in -----END*) break ;; esac
done
printf 'host %s\n' "$HOST_KEY" >"$folder/known_hosts"

# Whatever leads to it, it is this one key's host.
on_host() {
  ssh -F none -i "$folder/key" -o ProxyCommand="$PROXY" -o UserKnownHostsFile="$folder/known_hosts" \
    -o HostKeyAlias=host -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=30 \
    -o ServerAliveInterval=15 "$TARGET" "$@"
}

# A host that was just made does not answer yet, and nothing has run on it.
deadline=$(($(date +%s) + 600)) told=
until on_host true </dev/null 2>"$folder/error"; do
  # Another host does not become the right one by waiting.
  if grep -q 'Host key verification failed' "$folder/error"; then
    echo "$TARGET presents a host key that is not the expected one" >&2
    exit 255
  fi
  test -n "$told" || echo "waiting for SSH on $TARGET"
  told=yes
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$TARGET did not answer over SSH within 600 s: $(tail -n 3 "$folder/error")" >&2
    exit 255
  fi
  sleep 2
done
on_host "$COMMAND"
