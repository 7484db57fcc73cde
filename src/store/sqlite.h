#pragma once
// SQLite's C interface with owners and Results. Private to this room.
#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace mkb {

class Database {
public:
    enum class Mode {
        read_write, ///< makes the file when it is not there
        read_only,
        read_only_unshared, ///< without lock and WAL files beside it: for folders that nobody can write to
    };
    static Result<Database> open(const std::filesystem::path& path, Mode mode, std::chrono::milliseconds busy_wait);
    /// A private copy on temporary storage, gone when closed.
    Result<Database> copy() const;

    /// Runs one or more statements that give no rows.
    Result<void> execute(const char* sql) const;
    /// The first column of the first row, 0 when there is no row.
    Result<std::int64_t> integer(const char* sql) const;
    bool is_read_only() const;
    /// The error that SQLite's last call left, with what was being done.
    Error error(std::string_view doing) const;
    int error_code() const;
    sqlite3* handle() const { return handle_.get(); }
    const std::filesystem::path& path() const { return path_; }

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    Database(sqlite3* handle, std::filesystem::path path) : handle_(handle), path_(std::move(path)) {}
    std::unique_ptr<sqlite3, Close> handle_;
    std::filesystem::path path_;
};

/// One prepared statement; must not outlive its database. Parameters count from 1, columns from 0.
class Statement {
public:
    static Result<Statement> prepare(const Database& database, const char* sql);
    /// The bound bytes must live until the last step.
    Statement& bind(int parameter, std::string_view text);
    Statement& bind(int parameter, std::int64_t integer);
    Statement& bind_blob(int parameter, std::string_view bytes);
    /// True: there is a row. False: done.
    Result<bool> step();
    /// Steps once, for statements without rows.
    Result<void> run();
    std::string_view text(int column) const;
    std::int64_t integer(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };
    Statement(const Database& database, sqlite3_stmt* handle) : database_(&database), handle_(handle) {}
    const Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    bool bound_ = true;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back when it ends without commit().
class Transaction {
public:
    static Result<Transaction> begin(const Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<void> commit();

private:
    explicit Transaction(const Database& database) : database_(&database) {}
    const Database* database_;
};

} // namespace mkb
