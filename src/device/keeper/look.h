#pragma once
// What this device is, and how busy and warm it is right now.
namespace mkb::keeper {

/// Sends facts: name and value each. The load is measured over about 100 ms. A reading that the system does not show
/// is left out.
bool send_facts();

} // namespace mkb::keeper
