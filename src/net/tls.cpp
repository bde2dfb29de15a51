#include "net/tls.hpp"

#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/tls_context.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// A client that could also do HTTP/2 is told that we do not; one that cannot do ours goes on
/// without.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kHttp11.data(), kHttp11.size(),
                                          offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void harden(asio::ssl::context& context) {
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
}

Error bad_file(const std::string& what, const std::string& file, error_code error) {
  return fail(ErrorType::permanent, "cannot use the " + what + " in " + file, error.message());
}

}  // namespace

Result<std::shared_ptr<TlsContext>> make_server_tls(const std::string& cert_file,
                                                    const std::string& key_file) {
  auto tls = std::make_shared<TlsContext>(asio::ssl::context::tls_server);
  harden(tls->context);
  error_code error;
  tls->context.use_certificate_chain_file(cert_file, error);
  if (error) return bad_file("certificate", cert_file, error);
  tls->context.use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) return bad_file("private key", key_file, error);
  if (SSL_CTX_check_private_key(tls->context.native_handle()) != 1) {
    ERR_clear_error();
    return fail(ErrorType::permanent,
                "the private key in " + key_file + " does not belong to " + cert_file);
  }
  SSL_CTX_set_alpn_select_cb(tls->context.native_handle(), choose_protocol, nullptr);
  return tls;
}

Result<std::shared_ptr<TlsContext>> make_client_tls(const std::string& ca_file, bool verify_peer) {
  auto tls = std::make_shared<TlsContext>(asio::ssl::context::tls_client);
  harden(tls->context);
  error_code error;
  if (ca_file.empty()) {
    tls->context.set_default_verify_paths(error);
    if (error) return bad_file("authorities", "the system's store", error);
  } else {
    tls->context.load_verify_file(ca_file, error);
    if (error) return bad_file("authorities", ca_file, error);
  }
  tls->verifies_peer = verify_peer;
  tls->context.set_verify_mode(verify_peer ? asio::ssl::verify_peer : asio::ssl::verify_none,
                               error);
  if (error) return fail(ErrorType::internal, "TLS cannot be set up", error.message());
  SSL_CTX_set_alpn_protos(tls->context.native_handle(), kHttp11.data(), kHttp11.size());
  return tls;
}

}  // namespace callosum::net
