# Puts the key of some repositories aside, so that a new one can be made. Until the Git server has the new one, SSH offers
# this one after it; so the Git server must have this one, or it would be locked out.
set -eu
key=/etc/puppet-code/.ssh/keys/shared
if test -e "$key"; then
  said=$(runuser --user puppet-code -- timeout 60 ssh -v -T -F /etc/puppet-code/.ssh/git_config -i "$key" -p 22 git@git.example.com 2>&1 </dev/null || true)
  case $said in
    *"Authenticated to "*) ;;
    *)
      reason=$(printf '%s\n' "$said" | tr -d '\r' | grep -v '^debug1: ' | tail -n 1)
      echo "${reason%.}; its Git server must accept the current key: $(cat "$key.pub")" >&2
      exit 1
      ;;
  esac
  mv -f "$key" "$key.previous"
fi
