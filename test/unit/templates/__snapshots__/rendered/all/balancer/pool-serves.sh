# Waits until every compiler serves agents as they see it, and says which does not, and why.
set -euo pipefail
end=$((SECONDS + 300))

# ask ADDRESS: one request as an agent's: to the name that agents connect to, with the CA's certificate and revocation list.
ask() {
  curl --noproxy '*' --silent --show-error --fail --output /dev/null --max-time 10 --cacert /etc/haproxy/puppet-ca.pem --crlfile /etc/haproxy/puppet-crl.pem \
    --connect-to "puppet.example.test:8140:$1:8140" https://puppet.example.test:8140/status/v1/simple 2>&1
}

# pool NAME: what the load balancer finds, such as "UP L7OK"; somebody who has taken a compiler out of the pool, or code
# that is behind, is no fault of the compiler.
pool() {
  echo "show stat" | socat -t 10 - UNIX-CONNECT:/run/haproxy/admin.sock | awk -F, -v name="$1" '
    $1 == "compilers" && $2 == name { print $18, $37; fit = $18 ~ /^UP|^MAINT|^DRAIN|agent/ }
    END { exit !fit }'
}

# until_well WHAT COMMAND...
until_well() {
  what=$1
  shift
  until said=$("$@"); do
    if [ $SECONDS -ge $end ]; then
      echo "$what: $said" >&2
      exit 1
    fi
    sleep 1
  done
}

until_well "compiler1 does not serve agents" ask 10.0.0.49
until_well "the load balancer does not use compiler1" pool compiler1
until_well "compiler2 does not serve agents" ask 10.0.0.50
until_well "the load balancer does not use compiler2" pool compiler2
until_well "web-7 does not serve agents" ask 10.0.0.55
until_well "the load balancer does not use web-7" pool web-7
until_well "the load balancer does not serve agents" ask 127.0.0.1
