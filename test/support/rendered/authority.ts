/** Options of `openssl` for a key that is made quickly. */
export const quickKey = "ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/**
 * Shell script that makes a CA with OpenSSL in a folder: `ca.pem`, `ca.key`, `crl.pem`, and `ca.cnf` for `openssl ca`. Its
 * first certificate has the serial number 2A.
 */
export const makeAuthority = (folder: string) => `mkdir -p ${folder}; cd ${folder}
openssl req -x509 -newkey ${quickKey} -subj '/CN=Puppet CA of ${folder.split("/").at(-1) ?? ""}' -keyout ca.key -out ca.pem 2>/dev/null
cat >ca.cnf <<'CONF'
[ca]
default_ca = ours
[ours]
database = ${folder}/index
serial = ${folder}/serial
new_certs_dir = ${folder}
certificate = ${folder}/ca.pem
private_key = ${folder}/ca.key
default_md = sha256
default_crl_days = 30
unique_subject = no
policy = any
[any]
commonName = supplied
CONF
: >index; echo 2A >serial
openssl ca -config ca.cnf -gencrl -out crl.pem 2>/dev/null`;

/**
 * Shell function `sign CA REQUEST CERTIFICATE DAYS NAME...`: signs a request with alternative names, valid since 2020 and
 * for some days more.
 */
export const sign = `sign() {
  ca=$1 request=$2 certificate=$3 until=$(date -u -d "$4 days" +%Y%m%d%H%M%SZ)
  shift 4
  extensions=$(mktemp)
  printf 'subjectAltName=%s\\n' "$(printf 'DNS:%s,' "$@" | sed 's/,$//')" >"$extensions"
  openssl ca -batch -config "$ca/ca.cnf" -notext -in "$request" -out "$certificate" -extfile "$extensions" \\
    -startdate 20200101000000Z -enddate "$until" 2>/dev/null
  rm "$extensions"
}`;
