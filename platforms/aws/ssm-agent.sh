# Installs the agent of Session Manager, if Amazon has signed its package, and starts it. An image may have it already.
# In: REGION ARCHITECTURE; key.gpg and policy.toml are next to this script.
set -eu
cd "${0%/*}"
package=amazon-ssm-agent.deb
url=https://s3.$1.amazonaws.com/amazon-ssm-$1/latest/debian_$2/$package

refuse() {
  rm -f "$package"
  echo "the agent of Session Manager is not installed: $*" >&2
  exit 1
}

signed() {
  if command -v gpgv >/dev/null; then
    gpgv --quiet --keyring ./key.gpg "$package.sig" "$package"
  else
    SEQUOIA_CRYPTO_POLICY=$PWD/policy.toml sqv --keyring key.gpg "$package.sig" "$package"
  fi
}

if ! command -v amazon-ssm-agent >/dev/null; then
  for file in "$package" "$package.sig"; do
    curl --fail --silent --show-error --retry 5 --proto =https --output "$file" "${url%/*}/$file" ||
      refuse "${url%/*}/$file cannot be fetched"
  done
  signed || refuse "$url is not signed with the key that Amazon publishes"
  dpkg --install "$package"
fi
systemctl enable --now amazon-ssm-agent
