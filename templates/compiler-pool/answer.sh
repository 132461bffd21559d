#!/bin/bash
# Made by pulumi-puppet: change the stack's settings, not this file.
# Tells a load balancer whether this compiler takes new agents, in the words of HAProxy's agent-check: `drain` or `ready`
# for whether it may, `down` or `up` for whether it has warmed up. After `down`, its share of agents grows slowly.
folder=/var/lib/puppet-pool
lock=/run/puppet-pool/changing
# A second question of a load balancer tells how many compilers take agents, and how many there are; a third one asks how many
# reports and facts have not been sent yet.
read -r -t 0.2 told
if test "$told" = reports; then
  for folder in /var/lib/puppet-reports/{puppetdb,foreman}; do ls -A "$folder" 2>/dev/null; done | wc -l | sed 's/^/reports /'
  exit
fi
if [[ $told =~ ^[0-9]{1,4}\ [0-9]{1,4}$ ]]; then
  # Whole, or not at all.
  echo "$told" >"/run/puppet-pool/told/.$REMOTE_ADDR.$$" && mv "/run/puppet-pool/told/.$REMOTE_ADDR.$$" "/run/puppet-pool/told/$REMOTE_ADDR"
fi
may=ready
# A person has drained it, a change of it has failed, or its code is old.
for reason in drained failed code/behind; do
  test ! -e "$folder/$reason" || may=drain
done
# Its configuration is just being changed: the lock ends with whoever does it.
test ! -e "$lock" || flock --shared --nonblock "$lock" true || may=drain
if test -e /run/puppet-warm-up/done; then state=up; else state=down; fi
echo "$may $state"
