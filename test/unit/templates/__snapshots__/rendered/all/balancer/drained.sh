# Waits until no connection leads to a compiler that has left the pool, and until the reports that it keeps have been sent. A
# reload leaves an earlier process of HAProxy to the connections that it has; what serves them may be taken away after that.
# The pool, whose change runs this again: compiler1 10.0.0.49 compiler2 10.0.0.50 web-7 10.0.0.55

set -euo pipefail
end=$((SECONDS + 900))
# Addresses of the pool when this last succeeded.
known=/var/lib/pulumi-puppet/pool-members

# members: the addresses of the compilers that HAProxy has now.
members() { echo "show servers state" | socat -t 10 - UNIX-CONNECT:/run/haproxy/admin.sock | awk '$5 ~ /[.:]/ { print $5 }' | sort -u; }

# others ADDRESSES: other addresses that any process of HAProxy has connections to, and how many, a line each.
others() {
  ss --no-header --numeric --tcp --processes --oneline state established state syn-sent dport = :8140 | awk -v members="$1" '
    BEGIN { split(members, list); for (number in list) stays[list[number]] }
    /\("haproxy",/ { address = $5; sub(/:[0-9]+$/, "", address); gsub(/[][]/, "", address); if (!(address in stays)) count[address]++ }
    END { for (address in count) print address, count[address] }'
}

in_url() { if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi; }

# serves ADDRESS: whether Puppet Server answers there. Of one that has gone, agents get nothing any more.
serves() {
  local try
  for try in 1 2 3; do
    if curl --noproxy '*' --silent --insecure --globoff --output /dev/null --max-time 5 "https://$(in_url "$1"):8140/status/v1/simple"; then return; fi
  done
  return 1
}

# unsent ADDRESS: how many reports and facts a compiler still has, as it says; one that has gone says nothing.
unsent() {
  local try answer
  for try in 1 2 3; do
    answer=$(echo reports | timeout 5 socat -t 5 - "TCP:$(in_url "$1"):8139,connect-timeout=3" 2>/dev/null || true)
    if [[ $answer =~ ^reports\ ([0-9]{1,9})$ ]]; then
      echo "${BASH_REMATCH[1]}"
      return
    fi
  done
  echo 0
}

declare -A told=()
# tell ADDRESS WHAT: says once what it waits for.
tell() {
  test -n "${told[$1 $2]-}" || echo "$1 has left the pool: waiting until $2, $3 so far"
  told[$1 $2]=yes waiting=yes
}

while :; do
  stay=$(members)
  open=$(others "$stay")
  waiting= late=
  while read -r address count; do
    if [ -z "$address" ] || ! serves "$address"; then continue; fi
    if [ $SECONDS -ge $end ]; then
      echo "$address has left the pool, and $count of its connections have not ended within 900 s: they end with the compiler"
    else
      tell "$address" "its connections end" "$count"
    fi
  done <<<"$open"
  for address in $(comm -13 <(echo "$stay") <(sort -u $known 2>/dev/null)); do
    count=$(unsent "$address")
    test "$count" -gt 0 || continue
    if [ $SECONDS -ge $end ]; then
      late+="$address has left the pool, and still has $count reports and facts that PuppetDB or Foreman has not taken within 900 s: deploy again once they answer, or switch it off to lose them"$'\n'
    else
      tell "$address" "its reports are sent" "$count"
    fi
  done
  test -n "$waiting" || break
  sleep 1
done
if [ -n "$late" ]; then
  printf %s "$late" >&2
  exit 1
fi
mkdir -p "${known%/*}"
echo "$stay" >$known.new
mv $known.new $known
