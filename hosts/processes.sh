# Who listens where. A minimal server has neither ss nor fuser, so processes are looked up in /proc.

# holders PORT: the processes that listen on a TCP port.
holders() {
  local hex
  printf -v hex '%04X' "$1"
  { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true; } \
    | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print "socket:\\[" $10 "\\]" }' | sort -u \
    | while read -r socket; do having "$socket"; done | sort -nu
}

# having FILE: the processes that have a file open, by a pattern of its path.
having() {
  { find /proc/[0-9]*/fd -lname "$1" 2>/dev/null || true; } | cut -d / -f 3
}

# named PROCESS: its number and its program; its arguments may hold secrets.
named() { echo "process $1, $(cat "/proc/$1/comm" 2>/dev/null || true)"; }

# unit_of PROCESS PORT: the systemd unit that listens on a TCP port: the service of the process, without the suffix, or the
# socket that systemd holds for one.
unit_of() {
  if test "$1" = 1; then
    systemctl list-sockets --no-legend --no-pager 2>/dev/null | awk -v port=":$2" 'substr($1, length($1) - length(port) + 1) == port { print $2; exit }'
    return
  fi
  # In one line or, with older cgroups as well, in several.
  { sed -n 's#.*/\([^/]*\)\.\(service\|scope\)\(/.*\)\?$#\1#p' "/proc/$1/cgroup" 2>/dev/null || true; } | sort -u | head -n 1
}
