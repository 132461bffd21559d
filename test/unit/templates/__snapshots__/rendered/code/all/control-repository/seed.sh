set -e
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_NOSYSTEM=1 HOME="$work"
cd "$work"
cp -r /usr/local/share/puppet-control-repository/. "$work/tree"
git init --quiet --initial-branch=production "$work/tree"
cd "$work/tree"
git add --all
git -c user.name=pulumi-puppet -c user.email=pulumi-puppet@localhost commit --quiet --message "Modules, data, roles and profiles to begin with"
git branch development
git init --quiet --bare --initial-branch=production "$work/control.git"
git push --quiet "$work/control.git" production development
cp -r "$work/control.git/." /var/lib/puppet-control/control.git
rm -f /var/lib/puppet-control/control.git/hooks/*.sample
