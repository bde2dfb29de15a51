#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace callosum::sim::twilio {

struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlElement> children;
  std::string text;  ///< of its own, all pieces

  /// Empty where it is missing.
  std::string attribute(std::string_view name) const;
};

/// The part of XML 1.0 that TwiML needs: elements, attributes, text, comments, one prolog, the five
/// named entities and numeric ones. VALIDATION, with the byte, for anything else: no DTD, no CDATA,
/// no processing instructions. At most 64 KiB (as the service has it), 500 elements, 16 deep.
Result<XmlElement> parse_xml(std::string_view text);

}  // namespace callosum::sim::twilio
