# Other servers log in as some users, with keys. Whether sshd lets them is in its configuration, long before they try.

# listed NAME PATTERN...: whether one of sshd's patterns is for the name. What follows an @ is taken for a host of ours.
listed() {
  local name=$1 pattern
  shift
  for pattern; do
    # Unquoted, so that * and ? stand for any characters.
    if [[ $name == ${pattern%%@*} ]]; then return; fi
  done
  return 1
}

# sshd_values KEYWORD: what sshd would apply, a value a line.
sshd_values() { sed -n "s/^$1 //p" <<<"$applied"; }

# lacking USER HOME ADDRESS: the lines that sshd_config lacks for the user to log in from the address, with a key that
# their home folder accepts.
lacking() {
  local user=$1 home=$2 address=$3 applied values group file
  # Without an answer, such as from a server that is not OpenSSH's, nothing is known.
  applied=$(/usr/sbin/sshd -T -C "user=$user,host=$address,addr=$address,laddr=$own_address,lport=22" 2>/dev/null) || return 0

  mapfile -t values < <(sshd_values allowusers)
  test ${#values[@]} = 0 || listed "$user" "${values[@]}" || echo "AllowUsers USERS"
  mapfile -t values < <(sshd_values denyusers | grep -v @)
  ! listed "$user" "${values[@]}" || echo "DenyUsers none"

  # A user who does not exist yet will be in a group of the same name.
  local groups allowed=yes denied=
  groups=$(id -Gn "$user" 2>/dev/null || echo "$user")
  mapfile -t values < <(sshd_values allowgroups)
  if test ${#values[@]} -gt 0; then
    allowed=
    for group in $groups; do
      ! listed "$group" "${values[@]}" || allowed=yes
    done
  fi
  mapfile -t values < <(sshd_values denygroups)
  for group in $groups; do
    ! listed "$group" "${values[@]}" || denied=yes
  done
  test -n "$allowed" || echo "AllowGroups USERS"
  test -z "$denied" || echo "DenyGroups none"

  read -ra values <<<"$(sshd_values authorizedkeysfile)"
  local read_there=
  for file in "${values[@]}"; do
    file=${file//%h/$home}
    file=${file//%u/$user}
    if [[ $file != /* ]]; then file=$home/$file; fi
    test "$file" != "$home/.ssh/authorized_keys" || read_there=yes
  done
  test -n "$read_there" || echo "AuthorizedKeysFile .ssh/authorized_keys"

  test "$(sshd_values pubkeyauthentication)" != no || echo "PubkeyAuthentication yes"
  case ,$(sshd_values pubkeyacceptedalgorithms), in ,, | *,ssh-ed25519,*) ;; *) echo "PubkeyAcceptedAlgorithms +ssh-ed25519" ;; esac
  case " $(sshd_values authenticationmethods) " in '  ' | *' any '* | *' publickey '*) ;; *) echo "AuthenticationMethods publickey" ;; esac
  for keyword in ForceCommand ChrootDirectory; do
    case $(sshd_values "${keyword,,}") in '' | none) ;; *) echo "$keyword none" ;; esac
  done
  test "$(sshd_values refuseconnection)" != yes || echo "RefuseConnection no"
}

# may_log_in USER HOME ADDRESS...: notes what is lacking, of all users together.
may_log_in() {
  local user=$1 home=$2 address lines=
  shift 2
  for address; do
    lines+=$(lacking "$user" "$home" "$address")$'\n'
  done
  test -n "${lines//$'\n'/}" || return 0
  barred+=("$user")
  missing_lines+=$lines
}

# barred_lines: the lines of sshd's configuration that let all users in.
barred_lines() {
  local IFS=,
  echo "Match User ${barred[*]}"
  sed -e '/^$/d' -e "s/USERS/${barred[*]}/" -e 's/^/    /' <<<"$missing_lines" | sort -u | sed '/Users\|Groups/s/,/ /g'
}

# barred_where: where to write them; only the first of two values counts.
barred_where() {
  if grep -Eqi '^[[:space:]]*Include[[:space:]].*sshd_config\.d/' /etc/ssh/sshd_config 2>/dev/null; then
    echo /etc/ssh/sshd_config.d/00-pulumi-puppet.conf
  else
    echo "/etc/ssh/sshd_config, above its first Match or else at its end"
  fi
}
