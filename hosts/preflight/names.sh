# unresolved NAME...: the names that this machine cannot resolve, as a list.
# All at the same time, as a resolver that does not answer takes seconds to say so. One that is found only with a search
# domain behind it is none: a domain that answers for every name gives the address of something else.
unresolved() {
  local name
  for name; do
    getent hosts "$name" | awk -v name="$name" '$2 !~ "^" name "[.]." { found = 1 } END { if (!found) print name }' &
  done | sort | paste -sd , | sed 's/,/, /g'
}

# resolve_within SECONDS NAME...: waits until it can resolve all; $lacking has those that it cannot.
resolve_within() {
  local wait=$1
  shift
  resolved() { lacking=$(unresolved "$@") && test -z "$lacking"; }
  resolved "$@" && return 0
  test "$wait" != 0 && wait_for "these names in DNS: $lacking" "$wait" resolved "$@"
}

# The name servers that it asks.
name_servers() { awk '/^nameserver/ { printf "%s%s", comma, $2; comma = ", " }' /etc/resolv.conf; }
