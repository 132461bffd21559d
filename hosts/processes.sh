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

# unit_of PROCESS: its systemd unit, without the suffix.
unit_of() {
  # In one line or, with older cgroups as well, in several.
  { sed -n 's#.*/\([^/]*\)\.\(service\|scope\)\(/.*\)\?$#\1#p' "/proc/$1/cgroup" 2>/dev/null || true; } | sort -u | head -n 1
}
