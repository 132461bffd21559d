# Puts the key of the user that deploys code aside, so that a new one can be made. Until every other server has the new
# one, ssh offers this one after it.
set -eu
key=/etc/puppet-code/.ssh/id_ed25519
test ! -e "$key" || mv -f "$key" "$key.previous"
