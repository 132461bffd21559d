# Waits until no connection leads to a compiler that has left the pool. A reload leaves an earlier process of HAProxy to the
# connections that it has; what serves them may be taken away after that.
# The pool, whose change runs this again: compiler1 10.0.0.49 compiler2 10.0.0.50 web-7 10.0.0.55

set -euo pipefail
end=$((SECONDS + 900))

# members: the addresses of the compilers that HAProxy has now.
members() { echo "show servers state" | socat -t 10 - UNIX-CONNECT:/run/haproxy/admin.sock | awk '$5 ~ /[.:]/ { print $5 }' | paste -sd ' '; }

# others ADDRESSES: other addresses that any process of HAProxy has connections to, and how many, a line each.
others() {
  ss --no-header --numeric --tcp --processes --oneline state established state syn-sent dport = :8140 | awk -v members="$1" '
    BEGIN { split(members, list, " "); for (number in list) stays[list[number]] }
    /\("haproxy",/ { address = $5; sub(/:[0-9]+$/, "", address); gsub(/[][]/, "", address); if (!(address in stays)) count[address]++ }
    END { for (address in count) print address, count[address] }'
}

# serves ADDRESS: whether Puppet Server answers there. Of one that has gone, agents get nothing any more.
serves() {
  local in_url=$1 try
  [[ $1 != *:* ]] || in_url="[$1]"
  for try in 1 2 3; do
    if curl --noproxy '*' --silent --insecure --globoff --output /dev/null --max-time 5 "https://$in_url:8140/status/v1/simple"; then return; fi
  done
  return 1
}

declare -A told=()
while :; do
  stay=$(members)
  open=$(others "$stay")
  waiting=
  while read -r address count; do
    if [ -z "$address" ] || ! serves "$address"; then continue; fi
    if [ $SECONDS -ge $end ]; then
      echo "$address has left the pool, and $count of its connections have not ended within 900 s: they end with the compiler"
      continue
    fi
    test -n "${told[$address]-}" || echo "$address has left the pool: waiting until its connections end, $count so far"
    told[$address]=yes waiting=yes
  done <<<"$open"
  test -n "$waiting" || break
  sleep 1
done
