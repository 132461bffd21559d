# Makes the user that deploys code on compiler1.example.test, with a key of its own, and prints the public part.
set -euo pipefail
umask 022
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
