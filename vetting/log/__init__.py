"""The transparency log: what was done, in order, so that nobody here can change it unseen.

Read the rooms in this order; each needs only those before it.

| module        | holds                                                           | needs                |
|---------------|-----------------------------------------------------------------|----------------------|
| `errors`      | what can go wrong, each with a remedy                           | standard library     |
| `merkle`      | the RFC 6962 tree: frontier, proofs                             | standard library     |
| `note`        | C2SP signed notes: Ed25519 keys and signatures as text          | `cryptography`       |
| `checkpoint`  | the signed sentence "this log has this size and this root"      | `cryptography`       |
| `commitment`  | a salted HMAC that stands for content which stays outside       | standard library     |
| `profile`     | the strict part of JSON that an entry may use                   | standard library     |
| `event`       | the closed list of event types, one event, one entry            | standard library     |
| `verify`      | the auditor's walk over every entry                             | `cryptography`       |
| `keys`        | the log's own signing key on disk                               | `cryptography`       |
| `canonical`   | the RFC 8785 bytes of one entry, stored and hashed verbatim     | `rfc8785`            |
| `faults`      | what databases report, turned into the errors above             | `sqlalchemy`         |
| `untouched`   | reading a SQLite file that may not be written to                | standard library     |
| `store`       | the tables, on SQLite and PostgreSQL alike                      | `sqlalchemy`         |
| `migrations`  | how the tables come to be                                       | `alembic`            |
| `writer`      | one writer at a time: entry, frontier and checkpoint in one act | `sqlalchemy`         |
| `reader`      | one unmoving view of the log                                    | `sqlalchemy`         |

This file imports nothing, so that an auditor can carry the upper rooms away without the lower ones.
"""
