#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

namespace callosum::net {

/// A certificate and key, or what to trust. Opaque: OpenSSL stays inside net/. Shared by all
/// threads.
class TlsContext;

Result<std::shared_ptr<TlsContext>> make_server_tls(const std::string& cert_file,
                                                    const std::string& key_file);
/// Trusts the system's authorities, or only those in `ca_file`. `verify_peer` false is for tests.
Result<std::shared_ptr<TlsContext>> make_client_tls(const std::string& ca_file = {},
                                                    bool verify_peer = true);

/// Makes a self-signed certificate for localhost, 127.0.0.1 and ::1 where the files do not exist
/// yet.
Result<void> make_localhost_certificate(const std::string& cert_file, const std::string& key_file);

}  // namespace callosum::net
