#include "serve/tls_context.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ssl.hpp>
#include <stdexcept>

namespace trailkeeper::serve {
namespace {

namespace ssl = boost::asio::ssl;

void check(const boost::system::error_code& failed, const char* what, const std::string& file) {
  if (failed) throw std::runtime_error(std::string{"cannot use "} + what + " " + file + ": " + failed.message());
}

std::shared_ptr<ssl::context> load(const TlsOptions& options) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code failed;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                       ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::single_dh_use);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // OpenSSL keeps no buffers for connections that say nothing.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  context->use_certificate_chain_file(options.certificate, failed);
  check(failed, "the TLS certificate", options.certificate);
  context->use_private_key_file(options.key, ssl::context::pem, failed);
  check(failed, "the TLS key", options.key);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    throw std::runtime_error("the TLS key " + options.key + " does not belong to the certificate " +
                             options.certificate);
  }
  if (!options.client_ca.empty()) {
    context->load_verify_file(options.client_ca, failed);
    check(failed, "the client CA", options.client_ca);
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    // Needed for sessions to be resumed where certificates are verified.
    static constexpr unsigned char kSessionContext[] = "trailkeeper";
    SSL_CTX_set_session_id_context(context->native_handle(), kSessionContext, sizeof kSessionContext - 1);
  }
  return context;
}

}  // namespace

TlsContext::TlsContext(TlsOptions options) : options_(std::move(options)), context_(load(options_)) {}

void TlsContext::reload() { std::atomic_store(&context_, load(options_)); }

std::vector<std::string> certificate_names(X509* certificate) {
  std::vector<std::string> names;
  if (certificate == nullptr) return names;
  char name[256];
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  if (length > 0) names.emplace_back(name, static_cast<std::size_t>(length));
  auto* const alternatives =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    const GENERAL_NAME* const alternative = sk_GENERAL_NAME_value(alternatives, i);
    if (alternative->type != GEN_DNS) continue;
    names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(alternative->d.dNSName)),
                       static_cast<std::size_t>(ASN1_STRING_length(alternative->d.dNSName)));
  }
  GENERAL_NAMES_free(alternatives);
  return names;
}

std::vector<std::string> TlsContext::names() const {
  const auto context = current();
  return certificate_names(SSL_CTX_get0_certificate(context->native_handle()));
}

bool TlsContext::accepts_name(const std::vector<std::string>& names) const {
  if (options_.client_names.empty()) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(options_.client_names.begin(), options_.client_names.end(), name) != options_.client_names.end();
  });
}

}  // namespace trailkeeper::serve
