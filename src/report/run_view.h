#pragma once
// A run as the report needs it: every record counted, only the newest kept whole. Private to this room.
#include "score/score.h"

#include <deque>

namespace mkb {

constexpr std::size_t kTableRows = 2000;  ///< evaluations shown one by one; the newest
constexpr std::size_t kPlotPoints = 2000; ///< beyond it plots show counts

struct RunView {
    std::string folder_name, created;
    std::deque<Record> shown; ///< the newest kTableRows, whole
    std::size_t evaluations = 0;
    std::vector<Record> slim; ///< all, without measurements, stages and the like
    std::vector<NotEvaluated> trouble;
    std::vector<Score> scores;                                       ///< overall and by category
    std::map<std::string, std::map<std::string, std::size_t>> facts; ///< "device", "framework", … → value → evaluations
    std::string first_created, last_created;
    std::size_t emulated = 0;
};

Result<RunView> read_run(Store& store, const std::map<std::string, std::string>& task_ids);

/// What the page's script draws from.
nlohmann::json plot_data(const RunView& run);

/// "evaluate" or "moka · model".
std::string method_name(const std::string& method, const std::string& model);

} // namespace mkb
