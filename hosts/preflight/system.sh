# What a system must be like before anything is installed on it.

system() {
  local program
  for program in systemctl apt-get; do
    command -v $program >/dev/null && continue
    stops system "there is no $program" "fail at its first step" "use a server with Debian 13"
    return 1
  done
}

# hardware CORES MEMORY: as much as the settings say.
hardware() {
  local cores memory
  cores=$(nproc)
  test "$cores" -ge "$1" || stops cores "$cores processor cores, and the settings say $1" "size services for cores that are not there" "correct cores in the settings, or give it more"
  # What the kernel keeps for itself is not in this number, so an eighth may be missing.
  memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  test $((memory * 8 / 7)) -ge "$2" || stops memory "$memory MiB of memory, and the settings say $2" "size services for memory that is not there" "correct memory in the settings, or give it more"
}

# Certificates and package lists are valid from a time.
the_clock() {
  local off=${ahead#-}
  test "$off" -gt 300 || return 0
  stops clock "its clock is $(duration "$off") $(test "$ahead" -gt 0 && echo ahead of || echo behind) the clock where Pulumi runs" "make certificates that others take for expired or not yet valid" "set it by NTP, here or there: systemctl enable --now systemd-timesyncd, or the site's own"
}

# duration SECONDS: to the next minute, or hour.
duration() {
  local minutes=$((($1 + 30) / 60)) hours=$((($1 + 1800) / 3600))
  if test "$hours" -ge 24; then echo "$((hours / 24)) d $((hours % 24)) h"; else echo "$((minutes / 60)) h $((minutes % 60)) min"; fi
}

# missing PACKAGE...: those that are not installed.
missing() {
  local package
  for package; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# disks PACKAGE...: room for what is to be installed and written, on disks that can be written.
disks() {
  local folder least=100 full
  for folder in /etc /usr/local/sbin /usr/bin /var/lib; do
    test -w "$folder" || stops disk "$folder is mounted read-only" "fail when it writes there" "mount it for writing while deploying"
  done
  test -z "$(missing "$@")" || least=1024
  full=$(df --block-size=1M --output=avail,iavail,target /etc /usr /var /var/lib /var/log /tmp 2>/dev/null \
    | awk -v least="$least" 'NR > 1 && ($1 < least || $2 == "0") && !told[$3]++ { printf "%s%s has %s MiB free%s", comma, $3, $1, $2 == "0" ? " and no inode" : ""; comma = ", " }')
  test -z "$full" || stops disk "$full" "fail when it installs packages or writes files" "make room: at least $least MiB, and inodes, on each"
}

half_installed() {
  # A deployment that was cut off finishes its own.
  test -z "$(find "$home" -maxdepth 1 -name '*.unfinished' 2>/dev/null)" || return 0
  local half
  half=$(dpkg-query --show --showformat '${db:Status-Abbrev}${Package}\n' 2>/dev/null | awk '$1 ~ /^.[UFHWt]/ { printf "%s%s", comma, $2; comma = ", " }')
  test -z "$half" || stops packages "half installed: $half" "fail when it installs packages" "repair them: dpkg --configure -a, then apt-get --fix-broken install"
}

# package_sources PACKAGE...: whether each source answers. apt-get update ends with 0 where one is out of reach, and
# writes the lists, so only the first file of each source is fetched, to nowhere.
package_sources() {
  local needed uris uri folder
  needed=$(missing "$@" | paste -sd ' ')
  test -n "$needed" || return 0
  if ! uris=$(apt-get update --print-uris 2>&1); then
    stops "package sources" "apt-get: $(grep '^E:' <<<"$uris" | head -n 2)" "fail when it installs $needed" "repair the files in /etc/apt"
    return 0
  fi
  # In memory: that no disk has room is told by itself.
  folder=$(mktemp -d /run/look.XXXXXX)
  chmod 0755 "$folder"
  while read -r uri; do
    source_answers "$uri" "$folder" &
  done < <(sed -n "s/^'\(https\?:[^']*Release\)'.*/\1/p" <<<"$uris")
  wait
  rm -rf "$folder"
}

source_answers() {
  local said
  said=$(timeout 9 /usr/lib/apt/apt-helper -o Acquire::Retries=0 -o Acquire::http::Timeout=5 -o Acquire::https::Timeout=5 -o APT::Sandbox::User=root \
    download-file "$1" "$2/$BASHPID" 2>&1) && return 0
  said=$(sed -n 's/^E: Failed to fetch [^ ]* *//p' <<<"$said" | head -n 1)
  stops "package sources" "$1: ${said:-no answer after 9 s}" "not find packages, as apt-get only warns of it" "make it reachable, or correct the files in /etc/apt and its proxy"
}

# resolution DEADLINE NAME...
resolution() {
  local wait=$1 lacking
  shift
  test "$deadline" != 0 || wait=0
  resolve_within "$wait" "$@" && return 0
  stops names "it cannot resolve $lacking" "issue certificates for names that lead nowhere" "create an address record for each that the resolver here finds without a search domain (name servers in /etc/resolv.conf: $(name_servers))"
}

# The host state with all keys goes through the standard input of sudo.
sudo_log() {
  local user=${SUDO_USER:-} log
  test -n "$user" && test "$user" != root || return 0
  # Of what is said twice, the last counts.
  log=$(sudo -l -U "$user" 2>/dev/null | grep -Eo '!?\blog_(input|stdin)\b' \
    | awk '{ name = $0; sub(/^!/, "", name); on[name] = $0 == name } END { for (name in on) if (on[name]) print name }' | sort | paste -sd ' ' | sed 's/ / and /')
  test -z "$log" || stops sudo "sudo of $user has $log set" "leave every key of this server in sudo's log (/var/log/sudo-io)" "write this line to /etc/sudoers.d/pulumi-puppet: Defaults:$user !log_input, !log_stdin"
}

logins() {
  test ${#barred[@]} -gt 0 || return 0
  stops sshd "sshd does not let $(printf '%s\n' "${barred[@]}" | paste -sd , | sed 's/,/ and /') log in with keys, as other servers do for code" "install everything, and deploy no code" "write these lines to $(barred_where), and run systemctl reload ssh:
$(barred_lines)"
}
