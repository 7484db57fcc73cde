#include "store/sqlite.h"

#include "record/printable.h"

#include <sqlite3.h>

namespace mkb {
namespace {

Error make_error(int code, const char* detail, const std::filesystem::path& path, std::string_view doing) {
    const auto say = [&](ErrorKind kind, std::string_view what, std::string_view next) {
        // SQLite quotes a damaged schema, whatever stands there.
        return Error{kind,
                     fmt::format("{} '{}': {} ({}); {}", doing, path.string(), what, printable_line(detail), next)};
    };
    switch (code & 0xFF) {
    case SQLITE_NOTADB:
        return say(ErrorKind::bad_input, "it is not a run database", "name another run folder");
    case SQLITE_CORRUPT:
        return say(ErrorKind::bad_input, "the file is damaged", "mend it with 'sqlite3 run.db .recover' or a copy");
    case SQLITE_FULL:
        return say(ErrorKind::environment, "the disk is full", "free some space and run again");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return say(ErrorKind::environment, "no permission to read or write there",
                   "check the folder's rights or name another run folder");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return say(ErrorKind::transient, "another process is writing to it", "wait for it to end and run again");
    case SQLITE_TOOBIG:
        return say(ErrorKind::bad_input, "the content is too large for one row", "make it smaller");
    default:
        return say(ErrorKind::environment, "SQLite failed", "check the disk");
    }
}

} // namespace

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}
void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

Result<Database> Database::open(const std::filesystem::path& path, Mode mode, std::chrono::milliseconds busy_wait) {
    const int access = mode == Mode::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    std::string name = path.string();
    int flags = SQLITE_OPEN_EXRESCODE;
    if (mode == Mode::read_only_unshared) {
        flags |= SQLITE_OPEN_URI;
        std::string escaped;
        for (const char c : name) {
            escaped +=
                c == '%' || c == '?' || c == '#' ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
        }
        name = "file:" + escaped + "?immutable=1";
    }
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &handle, access | flags, nullptr);
    Database database(handle, path);
    if (code != SQLITE_OK) {
        return std::unexpected(make_error(code, sqlite3_errstr(code), path, "opening"));
    }
    sqlite3_busy_timeout(handle, static_cast<int>(busy_wait.count()));
    return database;
}

Result<Database> Database::copy() const {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2("", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    Database target(handle, path_);
    if (code != SQLITE_OK) {
        return std::unexpected(make_error(code, sqlite3_errstr(code), path_, "copying"));
    }
    sqlite3_backup* backup = sqlite3_backup_init(handle, "main", handle_.get(), "main");
    if (backup == nullptr) {
        return std::unexpected(target.error("copying"));
    }
    sqlite3_backup_step(backup, -1);
    const int end = sqlite3_backup_finish(backup);
    if (end != SQLITE_OK) {
        return std::unexpected(make_error(end, sqlite3_errstr(end), path_, "copying"));
    }
    return target;
}

Result<void> Database::execute(const char* sql) const {
    if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return std::unexpected(error("writing to"));
    }
    return {};
}

Result<std::int64_t> Database::integer(const char* sql) const {
    MKB_TRY(statement, Statement::prepare(*this, sql));
    MKB_TRY(row, statement.step());
    return row ? statement.integer(0) : 0;
}

bool Database::is_read_only() const {
    return sqlite3_db_readonly(handle(), "main") == 1;
}

Error Database::error(std::string_view doing) const {
    return make_error(error_code(), sqlite3_errmsg(handle()), path_, doing);
}

int Database::error_code() const {
    return sqlite3_extended_errcode(handle());
}

Result<Statement> Statement::prepare(const Database& database, const char* sql) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v2(database.handle(), sql, -1, &handle, nullptr) != SQLITE_OK) {
        return std::unexpected(database.error("reading"));
    }
    return Statement(database, handle);
}

// SQLITE_STATIC is a null pointer here; SQLITE_TRANSIENT would copy every artifact once more.
Statement& Statement::bind(int parameter, std::string_view text) {
    bound_ &= sqlite3_bind_text64(handle_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                                  nullptr, SQLITE_UTF8) == SQLITE_OK;
    return *this;
}

Statement& Statement::bind(int parameter, std::int64_t integer) {
    bound_ &= sqlite3_bind_int64(handle_.get(), parameter, integer) == SQLITE_OK;
    return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
    bound_ &= sqlite3_bind_blob64(handle_.get(), parameter, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                                  nullptr) == SQLITE_OK;
    return *this;
}

Result<bool> Statement::step() {
    if (!bound_) {
        return std::unexpected(database_->error("writing to"));
    }
    switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return std::unexpected(database_->error("using"));
    }
}

Result<void> Statement::run() {
    MKB_TRY(row, step());
    MKB_CHECK(!row);
    return {};
}

std::string_view Statement::text(int column) const {
    const void* bytes = sqlite3_column_blob(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    return bytes == nullptr ? std::string_view()
                            : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

Result<Transaction> Transaction::begin(const Database& database) {
    MKB_DO(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::~Transaction() {
    // A full disk may have rolled back already; then this fails, and nothing is left to do.
    if (database_ != nullptr) {
        sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

Result<void> Transaction::commit() {
    MKB_DO(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

} // namespace mkb
