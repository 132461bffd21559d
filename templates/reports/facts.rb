# Made by pulumi-puppet: change the stack's settings, not this file.
# PuppetDB's facts, as its own terminus has them; but those of agents are kept until PuppetDB has them.
require "puppet/indirector/facts/puppetdb"
require "/usr/local/lib/puppet-reports/kept"

class Puppet::Node::Facts::Spooled < Puppet::Node::Facts::Puppetdb
  include PuppetReports::KeptCommand

  desc "PuppetDB's facts; those of agents are kept until PuppetDB has them."
end
