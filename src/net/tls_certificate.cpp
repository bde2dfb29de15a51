// Makes the certificate that `demo` opens TLS with.
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "net/tls.hpp"

namespace callosum::net {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr long kOneDaySeconds = 24L * 60 * 60;
constexpr long kValidSeconds = 825 * kOneDaySeconds;  // what Apple's clients still accept

struct Extension {
  int nid;
  const char* value;
};

// CA:TRUE: clients that want a file of authorities are given this very certificate.
constexpr Extension kExtensions[] = {
    {NID_basic_constraints, "critical,CA:TRUE"},
    {NID_key_usage, "critical,digitalSignature,keyCertSign"},
    {NID_ext_key_usage, "serverAuth"},
    {NID_subject_key_identifier, "hash"},
    {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"},
};

bool set_serial(X509* certificate) {
  unsigned char bytes[8];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : bytes) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1;
}

bool add_extensions(X509* certificate) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  for (const auto& [nid, value] : kExtensions) {
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return false;
  }
  return true;
}

Owned<X509> sign_certificate(EVP_PKEY* key) {
  Owned<X509> certificate(X509_new());
  X509* const x = certificate.get();
  if (!x || X509_set_version(x, X509_VERSION_3) != 1 || !set_serial(x)) return nullptr;
  X509_gmtime_adj(X509_getm_notBefore(x), -kOneDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(x), kValidSeconds);
  X509_NAME* const name = X509_get_subject_name(x);
  const auto* common = reinterpret_cast<const unsigned char*>("localhost");
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) != 1) return nullptr;
  if (X509_set_issuer_name(x, name) != 1 || X509_set_pubkey(x, key) != 1) return nullptr;
  if (!add_extensions(x) || X509_sign(x, key, EVP_sha256()) == 0) return nullptr;
  return certificate;
}

/// Opens a new file that nobody else could have put there or may read while it is written.
Owned<std::FILE> create(const std::string& path, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return nullptr;
  Owned<std::FILE> file(::fdopen(fd, "w"));
  if (!file) ::close(fd);
  return file;
}

bool write_key(const std::string& path, EVP_PKEY* key) {
  const auto file = create(path, 0600);
  return file &&
         PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
         std::fflush(file.get()) == 0;
}

bool write_certificate(const std::string& path, X509* certificate) {
  const auto file = create(path, 0644);
  return file && PEM_write_X509(file.get(), certificate) == 1 && std::fflush(file.get()) == 0;
}

Error cannot_write(const std::string& file) {
  return fail(ErrorType::permanent, "cannot write " + file);
}

}  // namespace

Result<void> make_localhost_certificate(const std::string& cert_file, const std::string& key_file) {
  std::error_code ignored;
  const bool has_cert = std::filesystem::exists(cert_file, ignored);
  const bool has_key = std::filesystem::exists(key_file, ignored);
  if (has_cert && has_key) return {};
  if (has_cert != has_key) {
    return fail(ErrorType::permanent, "only one of " + cert_file + " and " + key_file +
                                          " is there; remove it to have both made anew");
  }
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate = key ? sign_certificate(key.get()) : nullptr;
  if (!certificate) return fail(ErrorType::internal, "cannot make a certificate");
  if (!write_key(key_file, key.get())) return cannot_write(key_file);
  if (!write_certificate(cert_file, certificate.get())) return cannot_write(cert_file);
  return {};
}

}  // namespace callosum::net
