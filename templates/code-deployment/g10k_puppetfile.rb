# Made by pulumi-puppet: change the stack's settings, not this file.
# g10k reads Puppetfiles with expressions of its own, which know :git => '…' and not git: '…'. It has Git write a branch's
# files, and Git has a filter for each: so Puppetfiles are written in the way that it knows.
require "rbconfig"
require "ripper"

module G10kPuppetfile
  NAME = "g10k-puppetfile"
  ATTRIBUTES = "/Puppetfile filter=#{NAME}\n"

  module_function

  # The variables with which Git does this, after those that are set.
  def variables(attributes_file)
    File.write(attributes_file, ATTRIBUTES)
    first = ENV.fetch("GIT_CONFIG_COUNT", "0").to_i
    given = { "core.attributesFile" => attributes_file, "filter.#{NAME}.smudge" => "'#{RbConfig.ruby}' --disable-gems '#{__FILE__}'" }
    given.each_with_index.with_object("GIT_CONFIG_COUNT" => (first + given.size).to_s) do |((key, value), at), all|
      all["GIT_CONFIG_KEY_#{first + at}"] = key
      all["GIT_CONFIG_VALUE_#{first + at}"] = value
    end
  end

  # Words such as git: as Ruby reads them, and so in no text and no comment.
  def converted(text)
    words = Ripper.lex(text).map { |_, kind, word| [kind, word] }
    # What Ruby cannot read is the tool's to complain of.
    return text unless words.map(&:last).join == text

    words.map { |kind, word| kind == :on_label ? ":#{word.delete_suffix(':')} =>" : word }.join
  end
end

if $PROGRAM_NAME == __FILE__
  text = $stdin.read.to_s.force_encoding(Encoding::UTF_8)
  $stdout.write(text.valid_encoding? ? G10kPuppetfile.converted(text) : text)
end
