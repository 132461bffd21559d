# Makes the keys with which main.example.test reads some repositories, as far as there are none, and prints the public parts,
# each behind its name.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8
folder=/etc/puppet-code/.ssh/keys
# Root's, as is what is around it.
install -d -m 0755 "$folder"

# make NAME TYPE: where the key has another type, the Git server still knows that one.
make() {
  key=$folder/$1
  if test -e "$key" && ! grep -q "^ssh-$2 " "$key.pub"; then mv -f "$key" "$key.previous"; fi
  if ! test -e "$key"; then
    rm -f "$key.new" "$key.new.pub"
    ssh-keygen -q -t "$2" -b 4096 -N "" -C "puppet-code-$1@main.example.test" -f "$key.new"
    chown puppet-code: "$key.new"
    mv "$key.new.pub" "$key.pub"
    mv "$key.new" "$key"
  fi
  echo "$1 $(cat "$key.pub")"
}

make shared ed25519
make azure rsa

# Whatever is no longer in the settings.
for path in "$folder"/*; do
  name=${path##*/}
  case " shared azure " in
    *" ${name%%.*} "*) ;;
    *) rm -f "$path" ;;
  esac
done
