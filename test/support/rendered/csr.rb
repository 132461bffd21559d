# frozen_string_literal: true

# csr.rb CERTNAME KEY NAME...: prints a request as Puppet makes it, with a pre-shared key and alternative names.
require 'openssl'

name, password, *names = ARGV
key = OpenSSL::PKey::EC.generate('prime256v1')
text = ->(value) { OpenSSL::ASN1::Set([OpenSSL::ASN1::UTF8String(value)]) }
request = OpenSSL::X509::Request.new
request.version = 0
request.subject = OpenSSL::X509::Name.new([['CN', name, OpenSSL::ASN1::UTF8STRING]])
request.public_key = key
request.add_attribute(OpenSSL::X509::Attribute.new('challengePassword', text.(password)))
if names.any?
  list = [name, *names].map { |one| "DNS:#{one}" }.join(',')
  extension = OpenSSL::X509::ExtensionFactory.new.create_extension('subjectAltName', list)
  requested = OpenSSL::ASN1::Set([OpenSSL::ASN1::Sequence([extension])])
  request.add_attribute(OpenSSL::X509::Attribute.new('extReq', requested))
end
puts request.sign(key, OpenSSL::Digest.new('SHA256')).to_pem
