# Made by pulumi-puppet: change the stack's settings, not this file.
# Which environments a push to a module's repository concerns: those whose Puppetfile has the module at that branch.
require "/usr/local/lib/puppet-code/puppet_code"

module Followers
  LONGEST_PUPPETFILE = 1024 * 1024
  MODULE = /^\s*mod\b/
  # An option in Ruby's two ways: :branch => 'main' and branch: 'main'.
  OPTION = /:?(branch|ref|tag|commit|default_branch)(?:\s*=>|:)\s*(?:['"]([^'"]+)['"]|(:control_branch))/

  module_function

  # modules: what a push said, each a repository and a branch; staged: environment => [folder, its own branch].
  # Gives the names of the environments.
  def of(modules, staged)
    staged.filter_map do |name, (folder, control_branch)|
      text = PuppetCode.read_file("#{folder}/Puppetfile", LONGEST_PUPPETFILE).scrub
      name if modules.any? { |one| follows?(text, one["repository"], one["branch"], control_branch) }
    rescue SystemCallError, PuppetCode::Failure
      nil
    end
  end

  def follows?(puppetfile, repository, branch, control_branch)
    url = %r{['"][^'"]*[/:]#{Regexp.escape(repository)}(?:\.git)?/?['"]}i
    # Azure DevOps has a word between a project and its repositories, which its messages leave out.
    code = puppetfile.lines.grep_v(/^\s*#/).join.gsub("/_git/", "/").gsub("%20", " ")
    code.split(/(?=#{MODULE})/).grep(url).any? do |definition|
      options = definition.scan(OPTION).to_h { |option, value, control| [option, control ? control_branch : value] }
      wanted = options["commit"] || options["tag"] || options["branch"] || options["ref"]
      # Without any, it is the repository's own default, whose name nobody knows here.
      wanted.nil? || [wanted, options["default_branch"]].include?(branch)
    end
  end
end
