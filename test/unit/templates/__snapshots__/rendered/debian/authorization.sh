#!/bin/sh
# Made by pulumi-puppet: change the stack's settings, not this file.
#
# Puts the rules in /usr/local/share/puppet-authorization.conf at the top of the list in Puppet Server's auth.conf,
# in place of those of the last time: the rest of the list belongs to the package. With --check, it only tells, by its
# exit code, whether they are there.
set -eu
conf=/etc/puppet/puppetserver/conf.d/auth.conf
rules=/usr/local/share/puppet-authorization.conf

# The file as it should be.
wanted() {
  awk '
    BEGIN { block = "        # Begin of the rules made by pulumi-puppet: a deployment replaces these lines.\n" }
    FNR == NR { if (!/^#/) block = block $0 "\n"; next }
    /^[[:space:]]*# Begin of the rules made by pulumi-puppet/ { inside = 1; next }
    /^[[:space:]]*# End of the rules made by pulumi-puppet/ { inside = 0; next }
    inside { next }
    # Rules that the first version added one by one.
    /^ *\{ match-request: .*name: "(stored requests are for nobody|classes are for the smart proxy|environments are read anew after a deploy)" \},$/ { next }
    { print }
    /^[[:space:]]*rules:[[:space:]]*\[[[:space:]]*$/ { lists += 1; print block "        # End of the rules made by pulumi-puppet." }
    END {
      if (inside) print "the rules in " conf " have no end; remove them, from the line with \"Begin of the rules\" on" >"/dev/stderr"
      if (lists != 1) print conf " has " lists + 0 " lines \"rules: [\" instead of one; put the file of the package back in its place" >"/dev/stderr"
      exit inside || lists != 1
    }
  ' conf="$conf" "$rules" "$conf"
}

content=$(wanted && echo .) || exit 1
content=${content%.}
if printf %s "$content" | cmp --silent - "$conf"; then exit 0; fi
test "${1:-}" != --check || exit 1
# Puppet Server reads no file with this ending.
cp --preserve=mode,ownership "$conf" "$conf.new"
printf %s "$content" >"$conf.new"
mv "$conf.new" "$conf"
