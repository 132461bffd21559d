# Makes the user that deploys code on compiler1.example.test, with a key of its own, and prints the public part; then, unless it
# is 22, the port of the host's SSH server.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8
folder=/etc/puppet-code
# A password that nothing matches; the shell is for the one command that its keys allow.
getent passwd puppet-code >/dev/null \
  || useradd --system --user-group --home-dir "$folder" --no-create-home --shell /bin/sh --password '*' puppet-code
# Those who may ask for a deploy.
getent group puppet-code-request >/dev/null || groupadd --system puppet-code-request
# Root's, so that no deploy can change who may come in.
install -d -m 0755 "$folder" "$folder/.ssh"
key=$folder/.ssh/id_ed25519
if ! test -e "$key"; then
  rm -f "$key.new" "$key.new.pub"
  ssh-keygen -q -t ed25519 -N "" -C "puppet-code@compiler1.example.test" -f "$key.new"
  chown puppet-code: "$key.new"
  mv "$key.new.pub" "$key.pub"
  mv "$key.new" "$key"
fi
cat "$key.pub"

# The port at which the connection that runs this has arrived. sudo hides it from what it runs, so it is read from the
# environment of what started that; where sudo is gone by then, it is the first that sshd listens on.
arrived_port() {
  process=$$
  while test "$process" -gt 1; do
    connection=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=//p')
    test -z "$connection" || { echo "${connection##* }"; return; }
    process=$(awk '/^PPid:/ { print $2 }' "/proc/$process/status")
  done
  /usr/sbin/sshd -T -C user=root,host=localhost,addr=127.0.0.1 2>/dev/null | awk '$1 == "port" && !seen++ { print $2 }'
}

# serves_ssh PORT: whether it is this host that answers there, and not another SSH server, such as that of a Git service.
serves_ssh() {
  scanned=$(ssh-keyscan -T 5 -p "$1" -t ed25519 10.0.0.49 2>/dev/null || true)
  grep -qF 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFKKpLyxhkg8ZgN77oA/9+kEZbqtjgvT1kJUWyZTrlja' <<<"$scanned"
}

port=$(arrived_port || true)
test "${port:-22}" = 22 || serves_ssh 22 || echo "port $port"
