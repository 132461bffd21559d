# The installer wants the full name from the host itself.
set -euo pipefail
name=$(hostname --fqdn 2>/dev/null || true)
if [ "$name" != foreman.example.test ]; then
  echo "foreman.example.test: the host calls itself ${name:-nothing} (hostname --fqdn); put foreman.example.test first in its line of /etc/hosts" >&2
  exit 1
fi
#!/bin/bash
# Made by pulumi-puppet: change the stack's settings, not this file.
# Adds Foreman's package repository once this host can use it; with --check it changes nothing.
set -euo pipefail
url=https://deb.theforeman.org
version=5.0

fail() {
  echo "foreman.example.test: $*" >&2
  exit 1
}

. /etc/os-release
case "$ID $VERSION_ID" in
  "debian 12" | "ubuntu 22.04" | "debian 13" | "ubuntu 24.04") ;;
  *) fail "Foreman $version has packages for debian 12, ubuntu 22.04, debian 13, ubuntu 24.04, and this is $ID $VERSION_ID; install one of these systems" ;;
esac

lines() {
  echo "deb [signed-by=$1] $url $VERSION_CODENAME $version"
  echo "deb [signed-by=$1] $url plugins $version"
}

# In a folder of its own first, which APT's own user can read.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 0755 "$folder"
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
cat >"$folder/foreman.asc" <<'KEY'
-----BEGIN PGP PUBLIC KEY BLOCK-----

mQINBGD6Y/UBEADOhGOD74lvHdUAew1cHjAUTbopfoXvFvo5jXs4ra3IblnzPEOJ
yOZr/Zt9Guf2w0F/1/4U5ppgqf3YjwKLCpIYM6JV/N2c+zBaQmQEYRFGJNzHRt/i
v4cL67FRF2lxFNldW26/MFDF2ax/LD3qglDLgqgaWEA/2lg6XHBFskeQDToSdx4R
VKP6svCkgNGcxXZMKwHa+/ruYHCu4chfZPGJHLWB351zchTwnw6k7F2ersXvAM4i
YaN4NHv8C2uY2ku8v3uX0H8wC2nXEDBU3uHBun7E/lLABNJpyqAFQrioRAOAn0r7
AYGLN2s4Ke6BMn1uVHarl3MN4kmPqkl7rG0q+bwv9e/D//lKGo6bJRZSeeFMpHiG
kvgUIHoGBOKSbYwn0UBXXt3VHBFp/kaUOKlWYYEs/XHUBZ7fVXlD7UpjMMfNXXGv
QjW/zRjZ5tIMBqMYibxHUExcRRytxSNX9JmVLaE2Hof2lQcEEzmVaSzpWT9/bsUx
DGfwew5gptDDEKH+3z+heJ4b9/vwjIhdLOczkFSFAXamZfkGWjsrgXWpbT7+tNg6
8LPQtBpo8mgsE7clTZFKH/fF+Ng2Cy1M5zW3kshYuwPGxaQPnDq8HXCIpWA3aRRd
AqJ9aAFCG2t4CpcjMIqfckbxqI77nbZEX82jCIceu2fpruvOjC4PtDsmdQARAQAB
tD5Gb3JlbWFuIEF1dG9tYXRpYyBTaWduaW5nIEtleSAoMjAyMSkgPHBhY2thZ2Vz
QHRoZWZvcmVtYW4ub3JnPokCVAQTAQgAPgIbLwULCQgHAgYVCgkICwIEFgIDAQIe
AQIXgBYhBFt8PlpzW8tNYVgp3AvdqZH9eqyKBQJoegkEBQkLQgwPAAoJEAvdqZH9
eqyKx2AQAMehO6TUNqg+2SONHKfwecb+r1Mmdnu/2Cfianhp16/uzBT64OcvEhzt
w8iuOIRUcc2XZxUAy3+qZLOsMK6V5MGZuWccYmN/NpT5N/XD1MNbIxrOsuGsWoX1
4IlgmlZH8MpOZdmXozaxOE5rtE1Ra3RxN2K/8KVMFd8qGKJDXUY1SgInbb7X4MPo
TJbM0siVmQ9w5F0VuJB35ZciVN5/fk9cqmeL4cVoVfqBfoFXoTyFHjanmz34aW4x
Ce29uH4SZBn0d84Q+QK4GsReGlPqGEdyPLYNRh9U3XcmK48/E+uwNe0JXAm2loCm
2kxBhPvHJdLEosX9uzCVYvEAdP7WKEfKCEdPJrQYwq0Iyk/mki/HT9jKPByw0ber
h7/lsnG0OXM7xF/lEkle8oVPTAdo7kAGowuLNbwK15LxdgXRofTfwvNGSeuMMWGH
hfqIj1D3crnSuJUbV5jvbwU4UaMXjGV4ltEctlb9ctQJmWhUQTYku6xA9oFY7rYl
0dRVegPWg/rbk72fnMXWF3ryMGhRiOKsgvYnq+/TCAOZpbD+1TYkh1bSsgrQ+F95
vD9Xy+CVilYpcXEcgpq8nVxahCKPVZXlVaR/QD0pPi6uqo5ukgBvrZ5B/MuO4FPT
qLj9i/HRc9LdDD4DsTsMRJsc1cQ1oXhKUhLIYdYYmlqdvfSHJaJTiQIzBBABCAAd
FiEExXWpV+gZuhi/B+dmobCbQjM5YegFAmETZtIACgkQobCbQjM5YegnSRAAxG1K
qnJmLnoklOFrc0vLOMSsVg8TT2Fu/ZjVHpyxUCJJEezo0+W2qc5PgRT7cmlGHMj3
CO9MjStCI9i6v+tTX2tDgSsQg9uvjEeAKURmlBoFLDbdJJy1rdBnUvkmYGU9vo9D
xArf9isixG0Xw0JNe0JP6Svi3W69hsqPtt13bTaEK8NNc8fRxQw7RiNcOgQEmqGL
smR0XMs4dIwfBnd1T7pyoqokJh27NA+O/kJAgwN/htP9Kr7WYdmalT/KfPVUCzrg
HptO+LvN7cvF7qjIGh2kqipuUZ7oEqzlIr9AisHulboWyjC7GlMFigPOZrC6JL/n
Gw5/mHsYAb378hVuf/PHu0m6BzJfGxDhYmgWk/R5e8PhJ3Aa9K7PuQZPiVXurJrZ
3TjR3WgCBKuqtPIYQbj9Afv4odBL2h229MS2O0FNA1NEMw+JWc3WBVMk6APU3tPR
Aeml3uKtV5Tcarz8lG3s9C09dD8fplc76Suegi3nb+lK+7BzGPlUZGsVKTaJqb/f
W6Sfu3QWqfey3h0S8VtVq4MVDzKmGDZICWkJ96N6ETije8xxH26LOPwQH0nlk3YT
qx/+pBM9I6/4ko5QVSxJboQBgBD8OJfA4TPKnbJIbNogVZyEQesHxt7rq+065utJ
HEGvDRcqtLCZDioKyOHFEMxYrrNeeV5Mz/kmjs0=
=zgtx
-----END PGP PUBLIC KEY BLOCK-----
KEY
lines "$folder/foreman.asc" >"$folder/foreman.list"
apt-get update -qq -o APT::Update::Error-Mode=any -o Dir::Etc::SourceList="$folder/foreman.list" -o Dir::Etc::SourceParts=/dev/null \
  -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" >"$folder/log" 2>&1 </dev/null ||
  fail "Foreman's packages for $VERSION_CODENAME cannot be had from $url ($(sed -n 's/^E: //p' "$folder/log" | head -n 1)); let this host reach it, or set puppet:foreman.packages to a repository that it reaches"
test "${1-}" != --check || exit 0

install -D -m 0644 "$folder/foreman.asc" /etc/apt/keyrings/foreman.asc
lines /etc/apt/keyrings/foreman.asc >"$folder/foreman.list"
list=/etc/apt/sources.list.d/foreman.list
install -m 0644 "$folder/foreman.list" "$list"
# Without the packages' names nothing could be installed, and nobody would try again.
apt-get update -qq </dev/null || {
  rm -f "$list"
  fail "apt-get update failed; the package sources in /etc/apt must be reachable from this host"
}
