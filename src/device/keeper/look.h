#pragma once
// What this device is, and how busy and warm it is right now.
#include <string>

namespace mkb::keeper {

/// Sends facts: name and value each, readings among them (device/readings.h), of the cores that `wanted_cores` names
/// where frequencies are concerned (keeper/cores.h). Takes about 100 ms.
bool send_facts(const std::string& wanted_cores);

} // namespace mkb::keeper
