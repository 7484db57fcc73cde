#include "store/calls.h"

#include "record/printable.h"

#include <cmath>

namespace mkb {

namespace {

constexpr const char* kColumns = "SELECT call.sequence, call.position, call.task_id, call.request, call.began, "
                                 "coalesce(call_end.answer, ''), coalesce(call_end.failure, ''), "
                                 "coalesce(call_end.money, ''), coalesce(call_end.ended, '') "
                                 "FROM call LEFT JOIN call_end ON call_end.call = call.sequence ";

std::string dump(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json request_of(const ModelCall& call) {
    return {{"method", call.method}, {"model", call.model},   {"role", call.role},
            {"round", call.round},   {"sample", call.sample}, {"attempt", call.attempt},
            {"system", call.system}, {"prompt", call.prompt}, {"parameters", call.parameters}};
}

/// A text member, empty where it is none.
std::string text_in(const nlohmann::json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_in(const nlohmann::json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

Result<ModelCall> call_in(const Statement& row, const Database& database) {
    ModelCall call;
    call.sequence = row.integer(0);
    call.position = row.text(1);
    call.task_id = row.text(2);
    const nlohmann::json request = nlohmann::json::parse(row.text(3), nullptr, false);
    if (!request.is_object()) {
        return fail(ErrorKind::bad_input, "call {} in '{}' cannot be read", call.sequence, database.path().string());
    }
    call.method = text_in(request, "method");
    call.model = text_in(request, "model");
    call.role = text_in(request, "role");
    call.system = text_in(request, "system");
    call.prompt = text_in(request, "prompt");
    call.round = number_in(request, "round");
    call.sample = number_in(request, "sample");
    call.attempt = number_in(request, "attempt");
    call.parameters = request.value("parameters", nlohmann::json::object());
    call.began = row.text(4);
    if (!row.text(5).empty()) {
        call.answer = nlohmann::json::parse(row.text(5), nullptr, false);
    }
    call.failure = row.text(6);
    const nlohmann::json money = nlohmann::json::parse(row.text(7), nullptr, false);
    if (money.is_number()) {
        call.money = money.get<double>();
    }
    call.ended = row.text(8);
    return call;
}

Result<void> insert_end(const Database& database, std::int64_t sequence, std::string_view answer,
                        std::string_view failure, std::string_view money) {
    MKB_TRY(select, Statement::prepare(database, "SELECT position FROM call WHERE sequence = ?1"));
    MKB_TRY(there, select.bind(1, sequence).step());
    if (!there) {
        return fail(ErrorKind::bad_input, "'{}' holds no call {}", database.path().string(), sequence);
    }
    const std::string position(select.text(0));
    const std::string now = utc_now_rfc3339();
    MKB_TRY(insert, Statement::prepare(database, "INSERT INTO call_end (call, position, answer, failure, money, ended) "
                                                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    auto done =
        insert.bind(1, sequence).bind(2, position).bind(3, answer).bind(4, failure).bind(5, money).bind(6, now).run();
    if (!done) {
        return fail_in(fmt::format("call {} cannot end", sequence), done.error());
    }
    return {};
}

} // namespace

Result<std::int64_t> insert_call(const Database& database, const ModelCall& call) {
    const std::string request = dump(request_of(call));
    const std::string now = utc_now_rfc3339();
    MKB_TRY(insert, Statement::prepare(database, "INSERT INTO call (position, task_id, request, began) "
                                                 "VALUES (?1, ?2, ?3, ?4)"));
    MKB_DO(insert.bind(1, call.position).bind(2, call.task_id).bind(3, request).bind(4, now).run());
    return database.integer("SELECT last_insert_rowid()");
}

Result<void> insert_answer(const Database& database, std::int64_t sequence, const nlohmann::json& answer,
                           std::optional<double> money) {
    const bool known = money && std::isfinite(*money);
    return insert_end(database, sequence, dump(answer), "", known ? nlohmann::json(*money).dump() : "");
}

Result<void> insert_failure(const Database& database, std::int64_t sequence, std::string_view failure) {
    const std::string line = printable_line(failure, 1000);
    return insert_end(database, sequence, "", line.empty() ? "failed" : line, "");
}

Result<std::optional<ModelCall>> select_answered(const Database& database, const std::string& position) {
    const std::string sql = std::string(kColumns) + "WHERE call_end.position = ?1 AND call_end.answer <> ''";
    MKB_TRY(select, Statement::prepare(database, sql.c_str()));
    MKB_TRY(found, select.bind(1, position).step());
    if (!found) {
        return std::nullopt;
    }
    MKB_TRY(call, call_in(select, database));
    return call;
}

Result<std::vector<ModelCall>> select_calls(const Database& database, const std::string& task_id) {
    const std::string sql = std::string(kColumns) + "WHERE ?1 = '' OR call.task_id = ?1 ORDER BY call.sequence";
    MKB_TRY(select, Statement::prepare(database, sql.c_str()));
    select.bind(1, task_id);
    std::vector<ModelCall> calls;
    while (true) {
        MKB_TRY(row, select.step());
        if (!row) {
            return calls;
        }
        MKB_TRY(call, call_in(select, database));
        calls.push_back(std::move(call));
    }
}

} // namespace mkb
