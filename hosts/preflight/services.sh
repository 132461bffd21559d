# What others run here.

# Who listens on the ports that are needed, other than a service of this stack.
listeners() {
  local service port process unit own
  own=$services$'\n'$({ grep -ohs '"type":"service","title":"[^"]*"' "$home"/*.json || true; } | sed 's/.*:"\(.*\)"$/\1/')
  while read -r port service; do
    test -n "$port" || continue
    for process in $(holders "$port"); do
      unit=$(unit_of "$process" "$port")
      # Of a template, such as PostgreSQL's for each cluster, the name before the @ is known.
      if test -n "$unit" && grep -qxF -e "${unit%%@*}" -e "$unit.service" <<<"$own"; then continue; fi
      stops "port $port" "$(named "$process")${unit:+ of the unit $unit} listens on TCP port $port" "fail when ${service:-a service of its own} is to listen there" "stop it, or have it listen on another port"
    done
  done <<<"$ports"
}

# taken_over THING FOUND WOULD ASIDE: a stop, unless the settings say that the thing is taken over.
taken_over() {
  case $take_over in
    *" $1 "*) tells "$1" "$2" "take it over" "nothing: the settings say so" ;;
    *) stops "$1" "$2" "$3" "write takeOver: [$1] for $server in puppet:existing.servers to have that, or $4" ;;
  esac
}

fingerprint() { openssl x509 -noout -fingerprint -sha256 2>/dev/null | cut -d = -f 2; }

# content FILE: as the folder's owner, as a link there must show nobody root's files.
content() {
  local owner
  owner=$(stat --format %U "$(dirname "$1")" 2>/dev/null) || return 1
  timeout 10 runuser --user "$owner" -- head --bytes=1M "$1" 2>/dev/null
}

# A CA that no stack has made.
authority() {
  local ca=$cadir/ca_crt.pem subject signed elsewhere
  test -n "$is_main" || { authority_elsewhere; return; }
  for elsewhere in "$ssldir/ca" "$(sed -n 's/^[[:space:]]*cadir[[:space:]]*=[[:space:]]*//p' "$confdir/puppet.conf" 2>/dev/null | tail -n 1)"; do
    test ! -e "$ca" && test -n "$elsewhere" && test -e "$elsewhere/ca_crt.pem" || continue
    ca=$elsewhere/ca_crt.pem
  done
  finding ca "$(content "$ca" | fingerprint)" "" "" ""
  test -e "$ca" || return 0
  # Of this stack or another one: the main server itself tells them apart, before anything of Puppet is changed.
  if test -s "$home/authority/id" || test -e "$confdir/autosign/agent.key"; then return 0; fi
  subject=$(content "$ca" | openssl x509 -noout -subject -enddate 2>/dev/null | sed 's/^[a-zA-Z]*=//' | paste -sd , | sed 's/,/, until /')
  signed=$(find "$(dirname "$ca")/signed" -maxdepth 1 -name '*.pem' 2>/dev/null | wc -l)
  if test "$ca" != "$cadir/ca_crt.pem"; then
    stops ca "a CA in $(dirname "$ca"): ${subject:-unreadable}" "set up a second CA in $cadir" "move it to $cadir with puppetserver ca migrate, or by hand with cadir in $confdir/puppet.conf, and see what this says then"
    return 0
  fi
  taken_over ca "a CA that no stack has made: ${subject:-unreadable}; $signed certificates signed$(test ! -s "$confdir/autosign.conf" || echo "; $confdir/autosign.conf signs by names alone")" \
    "be refused, as this stack would become a second authority here" \
    "use another server. If it is taken over, it keeps its name (puppet:caName, \"$ca_name\", has no effect), its keys and all certificates; autosign.conf goes out of use: only requests with the agents' key are signed"
}

authority_elsewhere() {
  test -e "$cadir/ca_key.pem" -o -e "$ssldir/ca/ca_key.pem" || return 0
  stops ca "a CA, though this server's role is not main" "switch it off: nobody gets certificates from here" "give this server the role main, or move its CA's folder away"
}

# Another site's agent: unless its CA is the one of the main server.
agent() {
  local ca=$ssldir/certs/ca.pem subject
  test -e "$ca" || return 0
  subject=$(content "$ca" | openssl x509 -noout -subject 2>/dev/null | sed 's/^[a-z]*=//')
  finding "unless $(content "$ca" | fingerprint)" agent "it is an agent of another CA: ${subject:-unreadable}" \
    "be refused: the other servers trust this stack's CA only" \
    "use another server; or, if it is to belong to this site, run on it: systemctl disable --now puppet; mv $ssldir $ssldir.before"
}

haproxy_of_others() {
  local file=/etc/haproxy/haproxy.cfg names
  if ! test -e "$file" || head -n 3 "$file" | grep -q '^# Made by pulumi-puppet'; then return 0; fi
  names=$(sed -nE 's/^[[:space:]]*(frontend|listen)[[:space:]]+([^[:space:]]+).*/\2/p' "$file" | paste -sd , | sed 's/,/, /g')
  test -n "$names" || return 0
  taken_over haproxy "HAProxy serves $names by $file" "replace that file (a copy stays in $home/kept)" "move these to another server"
}

# PostgreSQL with databases, roles or a port that are not PuppetDB's: it would get PuppetDB's rules of access.
clusters_of_others() {
  local version cluster port status data what
  command -v pg_lsclusters >/dev/null || return 0
  while read -r version cluster port status _ data _; do
    what=
    test ! -L "/etc/postgresql/$version/$cluster/conf.d/puppetdb.conf" || continue
    # PuppetDB's is the one with this name, at this port.
    test "$cluster" = main || test "$port" = 5432 || continue
    if test "${status%%,*}" != online; then
      # A new one has three databases, whose numbers are below those of others.
      ! runuser --user postgres -- ls "$data/base" 2>/dev/null | awk '$1 > 16383 { found = 1 } END { exit !found }' || what="it is $status, and has databases of others"
    elif test "$cluster" != main; then
      what="it has port 5432"
    elif test "$port" != 5432; then
      what="it listens on port $port, where PuppetDB does not look"
    else
      what=$(in_cluster "$port")
    fi
    test -z "$what" || stops postgresql "PostgreSQL's cluster $version/$cluster: $what" \
      "give it PuppetDB's pg_hba.conf and listen_addresses = localhost, which cuts off its clients" \
      "use it as an existing one (puppet:postgresql.server and its password, see docs/puppetdb.md), or give another server the role puppetdb"
  done < <(pg_lsclusters --no-header 2>/dev/null)
}

in_cluster() {
  local said
  said=$(timeout 10 runuser --user postgres -- psql --no-psqlrc --port "$1" --dbname postgres --tuples-only --no-align --command \
    "SELECT 'database ' || datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'
     UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname <> 'postgres' AND rolname NOT LIKE 'pg\\_%'" 2>/dev/null) \
    || { echo "it does not say what is in it"; return; }
  paste -sd , <<<"$said" | sed 's/,/, /g'
}
