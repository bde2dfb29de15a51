// The gateway's own tables, step by step.
#include <array>
#include <string_view>

#include "storage/migrations.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kTenants = R"sql(
  CREATE TABLE tenants (
    id TEXT PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
    slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 63 AND slug = lower(slug)),
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
  ) STRICT;
)sql";

// What was installed of each pack: its schema, its demo data.
constexpr std::string_view kPackInstalls = R"sql(
  CREATE TABLE pack_installs (
    pack TEXT NOT NULL,
    part TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    installed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (pack, part)
  ) STRICT;
)sql";

// Every call that changes something, and what became of it. `call_key` is what makes it this call;
// `act` what makes it this act, however often it is asked for.
constexpr std::string_view kToolCalls = R"sql(
  CREATE TABLE tool_calls (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    call_key TEXT NOT NULL,
    arguments_hash TEXT NOT NULL,
    act TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    registry_version TEXT NOT NULL,
    subject TEXT NOT NULL,
    turn INTEGER NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'started', 'done', 'failed', 'unknown')),
    answer TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (tenant_id, session_id, provider, call_key)
  ) STRICT;
  CREATE INDEX tool_calls_by_act ON tool_calls (tenant_id, session_id, act) WHERE act <> '';
  CREATE INDEX tool_calls_open ON tool_calls (state) WHERE state = 'started';
)sql";

// The audit: of each tenant a chain of groups of records, each hashed with all before it. Nothing
// in it is ever changed.
constexpr std::string_view kAudit = R"sql(
  CREATE TABLE audit (
    tenant_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL CHECK (first_seq > 0),
    records INTEGER NOT NULL CHECK (records > 0),
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, first_seq)
  ) STRICT;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is never shortened'); END;
)sql";

// Writes that wait for a person. `arguments` are those that the model sent; `bound_by` is who they
// were bound for.
constexpr std::string_view kProposals = R"sql(
  CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    call_key TEXT NOT NULL,
    subject TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    arguments TEXT NOT NULL,
    bound_by TEXT NOT NULL,
    preview TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'applying', 'applied', 'rejected', 'failed')),
    decided_by TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    decided_at_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, session_id, call_key)
  ) STRICT;
  CREATE INDEX proposals_open ON proposals (tenant_id, state, created_at_ms);
)sql";

// Conversations, the live ones and those of before. `provider_session_id` is what the provider
// calls it: the latest one, where its connection was replaced; '' until it is said.
constexpr std::string_view kRealtimeSessions = R"sql(
  CREATE TABLE realtime_sessions (
    id TEXT PRIMARY KEY,
    provider_session_id TEXT NOT NULL DEFAULT '',
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    channel TEXT NOT NULL,
    provider TEXT NOT NULL,
    registry_version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('live', 'ended')),
    created_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER NOT NULL DEFAULT 0,
    close_code INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX realtime_sessions_of_provider ON realtime_sessions (provider_session_id)
    WHERE provider_session_id <> '';
  CREATE INDEX realtime_sessions_listed ON realtime_sessions (tenant_id, state, created_at_ms);
  CREATE INDEX realtime_sessions_live ON realtime_sessions (state) WHERE state = 'live';
)sql";

// Who owns ears, brain and mouth of a conversation; whose model may plan calls. What was before had
// no choice.
constexpr std::string_view kReplyPaths = R"sql(
  ALTER TABLE realtime_sessions ADD COLUMN reply_path TEXT NOT NULL DEFAULT 'native';
  ALTER TABLE realtime_sessions ADD COLUMN tool_ownership TEXT NOT NULL DEFAULT 'provider_native';
  CREATE INDEX realtime_sessions_of_subject
    ON realtime_sessions (tenant_id, subject, created_at_ms);
)sql";

// What is switched off for a tenant: `disabled` is a JSON list of packs and of tools ("pack.tool").
constexpr std::string_view kEnablement = R"sql(
  CREATE TABLE enablement (
    tenant_id TEXT PRIMARY KEY,
    disabled TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
  ) STRICT;
)sql";

// What callers are asked to confirm by more than words. Bound to one call of one session;
// `arguments` are those that were sent.
constexpr std::string_view kConfirmations = R"sql(
  CREATE TABLE confirmations (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    arguments_hash TEXT NOT NULL,
    arguments TEXT NOT NULL,
    preview TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'agreed', 'denied', 'used')),
    decided_by TEXT NOT NULL DEFAULT '',
    how TEXT NOT NULL DEFAULT '' CHECK (how IN ('', 'click', 'keypad', 'channel')),
    expires_at_ms INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    decided_at_ms INTEGER NOT NULL DEFAULT 0,
    used_at_ms INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX confirmations_of_call
    ON confirmations (tenant_id, session_id, tool_id, arguments_hash);
  CREATE INDEX confirmations_open ON confirmations (subject, expires_at_ms) WHERE state = 'open';
)sql";

// A recorded write changes as few pages of the file as can be: each of them is written and synced
// before anybody hears of it. So a call is numbered as its row is, and a group of the audit stands
// where its key does.
constexpr std::string_view kFewerPages = R"sql(
  ALTER TABLE tool_calls RENAME TO tool_calls_before;
  DROP INDEX tool_calls_by_act;
  DROP INDEX tool_calls_open;
  CREATE TABLE tool_calls (
    id INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    call_key TEXT NOT NULL,
    arguments_hash TEXT NOT NULL,
    act TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    registry_version TEXT NOT NULL,
    subject TEXT NOT NULL,
    turn INTEGER NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'started', 'done', 'failed', 'unknown')),
    answer TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (tenant_id, session_id, provider, call_key)
  ) STRICT;
  INSERT INTO tool_calls (tenant_id, session_id, provider, call_key, arguments_hash, act, tool_id,
      tool_version, registry_version, subject, turn, arguments, state, answer, created_at_ms,
      updated_at_ms)
    SELECT tenant_id, session_id, provider, call_key, arguments_hash, act, tool_id, tool_version,
      registry_version, subject, turn, arguments, state, answer, created_at_ms, updated_at_ms
    FROM tool_calls_before ORDER BY created_at_ms, id;
  DROP TABLE tool_calls_before;
  CREATE INDEX tool_calls_by_act ON tool_calls (tenant_id, session_id, act) WHERE act <> '';
  CREATE INDEX tool_calls_open ON tool_calls (state) WHERE state = 'started';

  DROP TRIGGER audit_is_not_changed;
  DROP TRIGGER audit_is_not_shortened;
  ALTER TABLE audit RENAME TO audit_before;
  CREATE TABLE audit (
    tenant_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL CHECK (first_seq > 0),
    records INTEGER NOT NULL CHECK (records > 0),
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, first_seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO audit SELECT * FROM audit_before ORDER BY tenant_id, first_seq;
  DROP TABLE audit_before;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is never shortened'); END;
)sql";

// Accounts of a person at other services; the tokens are sealed. And those who are on the way to
// connect one.
constexpr std::string_view kConnectedAccounts = R"sql(
  CREATE TABLE connected_accounts (
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    service TEXT NOT NULL,
    email TEXT NOT NULL,
    scopes TEXT NOT NULL,
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    renew_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('connected', 'revoked')),
    revision INTEGER NOT NULL CHECK (revision > 0),
    connected_at_ms INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subject, service, email)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE account_sign_ins (
    state_hash TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    tenant_name TEXT NOT NULL,
    user_name TEXT NOT NULL,
    verifier TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    return_to TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX account_sign_ins_by_end ON account_sign_ins (expires_at_ms);
)sql";

// What a conversation has loaded, so that it goes on there after a restart; and which modes a user
// may enter, where that is not all of them.
constexpr std::string_view kLoadedTools = R"sql(
  ALTER TABLE realtime_sessions ADD COLUMN pack TEXT NOT NULL DEFAULT '';
  ALTER TABLE realtime_sessions ADD COLUMN current_mode TEXT NOT NULL DEFAULT '';
  ALTER TABLE realtime_sessions ADD COLUMN selected_account_email TEXT NOT NULL DEFAULT '';
  ALTER TABLE realtime_sessions ADD COLUMN active_tools TEXT NOT NULL DEFAULT '';
  ALTER TABLE realtime_sessions ADD COLUMN narrowed_to TEXT NOT NULL DEFAULT '';
  ALTER TABLE realtime_sessions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE realtime_sessions ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE user_modes (
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    modes TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (tenant_id, subject)
  ) STRICT, WITHOUT ROWID;
)sql";

// What a caller has heard asked and not answered is asked of them still when they come back.
constexpr std::string_view kOpenQuestions = R"sql(
  ALTER TABLE realtime_sessions ADD COLUMN open_questions TEXT NOT NULL DEFAULT '';
)sql";

// What strangers' text has swayed stays so when somebody goes on with the session, and nobody goes
// on with one that was ended.
constexpr std::string_view kUntrustedText = R"sql(
  ALTER TABLE realtime_sessions ADD COLUMN untrusted TEXT NOT NULL DEFAULT '';
  ALTER TABLE realtime_sessions ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
)sql";

// Which business a dialled number belongs to, and the calls that came. A pack may have a table of
// calls of its own: these are the gateway's. Of a call, `next_step` says how far its webhooks have
// come, the rest what was said and done.
constexpr std::string_view kPhone = R"sql(
  CREATE TABLE phone_numbers (
    number TEXT PRIMARY KEY CHECK (number LIKE '+%'),
    tenant_id TEXT NOT NULL,
    pack TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX phone_numbers_by_tenant ON phone_numbers (tenant_id, number);
  CREATE TABLE phone_calls (
    call_sid TEXT PRIMARY KEY,
    account_sid TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    pack TEXT NOT NULL,
    session_id TEXT NOT NULL DEFAULT '',
    caller TEXT NOT NULL,
    called TEXT NOT NULL,
    attested INTEGER NOT NULL CHECK (attested IN (0, 1)),
    status TEXT NOT NULL,
    next_step INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER NOT NULL DEFAULT 0,
    ended_at_ms INTEGER NOT NULL DEFAULT 0,
    duration_s INTEGER NOT NULL DEFAULT -1,
    transcript TEXT NOT NULL DEFAULT '',
    timeline TEXT NOT NULL DEFAULT '',
    tool_history TEXT NOT NULL DEFAULT '',
    tool_latency_ms INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    intent TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    conversed_out INTEGER NOT NULL DEFAULT 0 CHECK (conversed_out IN (0, 1)),
    sentiment REAL,
    confidence REAL,
    recording_url TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX phone_calls_by_tenant ON phone_calls (tenant_id, started_at_ms);
)sql";

// What calls have taken is counted at each new one, without their transcripts being read. Of two
// streams of one call the later one's record stands.
constexpr std::string_view kCallUse = R"sql(
  ALTER TABLE phone_calls ADD COLUMN record_step INTEGER NOT NULL DEFAULT 0;
  DROP INDEX phone_calls_by_tenant;
  CREATE INDEX phone_calls_by_tenant ON phone_calls (tenant_id, started_at_ms, ended_at_ms);
  CREATE INDEX phone_calls_by_caller ON phone_calls (caller, started_at_ms) WHERE caller <> '';
)sql";

// What tools build on that must be called before them (`requires`): asked once, it need not be
// asked again by whoever goes on with the session. And where a call may be handed on to: of a
// number {name: number}, of a call the number that it goes on to.
constexpr std::string_view kPhoneTools = R"sql(
  ALTER TABLE realtime_sessions ADD COLUMN answered_calls TEXT NOT NULL DEFAULT '';
  ALTER TABLE phone_numbers ADD COLUMN transfers TEXT NOT NULL DEFAULT '';
  ALTER TABLE phone_calls ADD COLUMN transfer_to TEXT NOT NULL DEFAULT '';
)sql";

// Which of a business's callers are answered here. Without a row all are.
constexpr std::string_view kRollouts = R"sql(
  CREATE TABLE rollouts (
    tenant_id TEXT PRIMARY KEY,
    mode TEXT NOT NULL CHECK (mode IN ('off', 'percentage', 'on')),
    percentage INTEGER NOT NULL CHECK (percentage BETWEEN 0 AND 100),
    forward_to TEXT NOT NULL DEFAULT '',
    say TEXT NOT NULL DEFAULT '',
    changed_by TEXT NOT NULL,
    changed_at_ms INTEGER NOT NULL
  ) STRICT;
)sql";

// Numbers and calls of several carriers. `carrier` of a number: whose calls alone are its; empty:
// whoever's. `ticket` of a call: SHA-256 of what opens its next step.
constexpr std::string_view kPhoneCarriers = R"sql(
  ALTER TABLE phone_numbers ADD COLUMN carrier TEXT NOT NULL DEFAULT '';
  ALTER TABLE phone_calls ADD COLUMN carrier TEXT NOT NULL DEFAULT 'twilio';
  ALTER TABLE phone_calls ADD COLUMN ticket TEXT NOT NULL DEFAULT '';
)sql";

// What texts of a business mean, as a model has made it of them: numbers of four bytes, the lowest
// first. Found by the text itself: one that was changed has none until it is made.
constexpr std::string_view kTextVectors = R"sql(
  CREATE TABLE text_vectors (
    tenant_id TEXT NOT NULL,
    model TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    vector BLOB NOT NULL,
    made_at_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, model, text_sha256)
  ) STRICT;
  CREATE INDEX text_vectors_by_age ON text_vectors (tenant_id, made_at_ms);
)sql";

// A write is as fast as it changes few pages. What a session's calls are found by is three numbers
// in one index; a group of the audit is found by its row's own number, the chain's above the
// group's, so that the tree is as flat as a table's and grows at its end.
constexpr std::string_view kShortKeys = R"sql(
  ALTER TABLE tool_calls RENAME TO tool_calls_before;
  DROP INDEX tool_calls_by_act;
  DROP INDEX tool_calls_open;
  CREATE TABLE tool_calls (
    id INTEGER PRIMARY KEY,
    session_short INTEGER NOT NULL,
    call_short INTEGER NOT NULL,
    act_short INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    call_key TEXT NOT NULL,
    arguments_hash TEXT NOT NULL,
    act TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    registry_version TEXT NOT NULL,
    subject TEXT NOT NULL,
    turn INTEGER NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'started', 'done', 'failed', 'unknown')),
    answer TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
  ) STRICT;
  INSERT INTO tool_calls
    SELECT id, short_key(tenant_id, session_id), short_key(provider, call_key),
      iif(act = '', 0, short_key(act, '')), tenant_id, session_id, provider, call_key,
      arguments_hash, act, tool_id, tool_version, registry_version, subject, turn, arguments, state,
      answer, created_at_ms, updated_at_ms
    FROM tool_calls_before ORDER BY id;
  DROP TABLE tool_calls_before;
  CREATE UNIQUE INDEX tool_calls_of_session ON tool_calls (session_short, call_short, act_short);
  CREATE INDEX tool_calls_open ON tool_calls (state) WHERE state = 'started';

  DROP TRIGGER audit_is_not_changed;
  DROP TRIGGER audit_is_not_shortened;
  ALTER TABLE audit RENAME TO audit_before;
  CREATE TABLE audit_chains (
    chain INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL UNIQUE
  ) STRICT;
  INSERT INTO audit_chains (tenant_id) SELECT DISTINCT tenant_id FROM audit_before ORDER BY 1;
  CREATE TRIGGER audit_chains_are_not_changed BEFORE UPDATE ON audit_chains
    BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
  CREATE TRIGGER audit_chains_are_not_shortened BEFORE DELETE ON audit_chains
    BEGIN SELECT RAISE(ABORT, 'the audit is never shortened'); END;
  CREATE TABLE audit (
    place INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL CHECK (first_seq > 0),
    records INTEGER NOT NULL CHECK (records > 0),
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    CHECK (place = (chain << 40) + first_seq)
  ) STRICT;
  INSERT INTO audit
    SELECT (chain << 40) + first_seq, chain, audit_before.tenant_id, first_seq, records,
      previous_hash, hash, body
    FROM audit_chains CROSS JOIN audit_before USING (tenant_id) ORDER BY chain, first_seq;
  DROP TABLE audit_before;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is never shortened'); END;
)sql";

constexpr std::array kMigrations{
    Migration{1, "tenants", kTenants},
    Migration{2, "pack_installs", kPackInstalls},
    Migration{3, "tool_calls", kToolCalls},
    Migration{4, "audit", kAudit},
    Migration{5, "proposals", kProposals},
    Migration{6, "realtime_sessions", kRealtimeSessions},
    Migration{7, "enablement", kEnablement},
    Migration{8, "confirmations", kConfirmations},
    Migration{9, "fewer_pages", kFewerPages},
    Migration{10, "reply_paths", kReplyPaths},
    Migration{11, "connected_accounts", kConnectedAccounts},
    Migration{12, "loaded_tools", kLoadedTools},
    Migration{13, "open_questions", kOpenQuestions},
    Migration{14, "phone", kPhone},
    Migration{15, "untrusted_text", kUntrustedText},
    Migration{16, "call_use", kCallUse},
    Migration{17, "phone_tools", kPhoneTools},
    Migration{18, "rollouts", kRollouts},
    Migration{19, "phone_carriers", kPhoneCarriers},
    Migration{20, "text_vectors", kTextVectors},
    Migration{21, "short_keys", kShortKeys},
};

}  // namespace

std::span<const Migration> gateway_migrations() { return kMigrations; }

}  // namespace callosum::storage
