#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "process.hpp"

namespace callosum::testing {

namespace json = boost::json;

/// A running `callosum-sim google`, and what a person does at its pages.
class GoogleSim {
 public:
  explicit GoogleSim(const std::vector<std::string>& options = {});

  const std::string& base() const { return base_; }  ///< "http://127.0.0.1:PORT"
  /// What a gateway is told so that this is its Google; `sets` are more keys of its configuration.
  std::vector<std::string> options(const std::vector<std::string>& sets = {}) const;
  static Environment environment();
  static std::string secret();  ///< of the client
  static std::string key();     ///< that tokens are sealed with

  json::object stats() const;
  net::HttpResponse post(const std::string& path, const std::string& body = {}) const;
  /// Signs in where a gateway has sent the browser, and allows all: the address it is sent back to.
  std::string allow(const std::string& url, const std::string& account,
                    const std::string& decision = "allow") const;

 private:
  std::unique_ptr<Process> process_;
  std::string base_;
};

/// What the button of a gateway's page sends.
std::string form_of(const net::HttpResponse& page);
/// The whole way of a browser: the gateway's last page, 200 where the account is connected.
/// `gateway`: "http://127.0.0.1:PORT".
net::HttpResponse connect_account(const GoogleSim& google, const std::string& gateway,
                                  const std::string& token, const std::string& account);

}  // namespace callosum::testing
