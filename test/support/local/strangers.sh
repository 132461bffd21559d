# strangers.sh URL KEYFILE NAME...: a stranger requests a certificate for each name 11 times a second, without a key; then
# its owner requests one, once, with the key in the file. Prints the names whose owners got their certificates.
set -euo pipefail
url=$1 keyfile=$2
shift 2
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

request() { # FILE NAME [challenge password]
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.pem" 2>/dev/null \
    -config <(printf '[req]\nprompt=no\ndistinguished_name=dn\nattributes=at\n[dn]\nCN=%s\n[at]\n%s\n' "$2" "${3:+challengePassword=$3}")
}
send() { curl --silent --insecure --output /dev/null --max-time 30 --upload-file "$1.pem" --header 'Content-Type: text/plain' "$url/certificate_request/$2"; }

for name in "$@"; do
  request stranger "$name"
  request owner "$name" "$(cat "$keyfile")"
  while :; do send stranger "$name" & sleep 0.09; done &
  stranger=$!
  sleep 0.5
  send owner "$name"
  kill $stranger
  wait $stranger 2>/dev/null || true
  curl --silent --insecure --max-time 30 --output signed.pem "$url/certificate/$name"
  test "$(openssl x509 -noout -pubkey -in signed.pem 2>/dev/null)" != "$(openssl req -noout -pubkey -in owner.pem)" || echo "$name"
done
