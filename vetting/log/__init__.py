"""The transparency log: what was done, in order, so that nobody here can change it unseen.

Read the rooms in this order; each needs only those before it.

| module        | holds                                                           | needs                |
|---------------|-----------------------------------------------------------------|----------------------|
| `errors`      | what can go wrong, each with a remedy                           | standard library     |
| `merkle`      | the RFC 6962 tree: frontier, proofs                             | standard library     |
| `note`        | C2SP signed notes: Ed25519 keys and signatures as text          | `cryptography`       |
| `checkpoint`  | the signed sentence "this log has this size and this root"      | `cryptography`       |
| `cosignature` | someone outside saw that checkpoint: Ed25519 and ML-DSA-44      | `cryptography`       |
| `policy`      | which log is meant, who witnesses it, and how many must         | `cryptography`       |
| `commitment`  | a salted HMAC that stands for content which stays outside       | standard library     |
| `profile`     | the strict part of JSON that an entry may use                   | standard library     |
| `event`       | the closed list of event types, one event, one entry            | standard library     |
| `inclusion_file` | one entry shown to somebody who sees no other                | `cryptography`       |
| `snapshot`    | what the verifier looks at, whoever shows it                    | standard library     |
| `stretch`     | one aligned part of the log, walked by itself                   | `cryptography`       |
| `parallel`    | several processes walk stretches                                | `cryptography`       |
| `verify`      | the auditor's walk over every entry                             | `cryptography`       |
| `durable`     | files that are on the disk before anybody acts on them          | standard library     |
| `keys`        | signing keys on disk                                            | `cryptography`       |
| `request`     | what a log's keeper brings to a witness                         | `cryptography`       |
| `witness`     | the witness's folder: what they saw last, what they cosign      | `cryptography`       |
| `folder`      | files by others, read as bytes and believed in nothing          | standard library     |
| `meanings`    | what each type of entry means, in words                         | standard library     |
| `schema`      | what an entry looks like, for readers without this program      | standard library     |
| `bundle`      | a whole log as a folder of plain files, read strictly           | `cryptography`       |
| `answers`     | what the verifier and the witness say, as sentences             | `cryptography`       |
| `verifier`    | the command line of the one-file verifier                       | `cryptography`       |
| `verifier_file` | those rooms packed into one file                              | standard library     |
| `bundling`    | the same folder, written                                        | `cryptography`       |
| `canonical`   | the RFC 8785 bytes of one entry, stored and hashed verbatim     | `rfc8785`            |
| `faults`      | what databases report, turned into the errors above             | `sqlalchemy`         |
| `untouched`   | reading a SQLite file that may not be written to                | standard library     |
| `store`       | the tables, on SQLite and PostgreSQL alike                      | `sqlalchemy`         |
| `migrations`  | how the tables come to be                                       | `alembic`            |
| `writer`      | one writer at a time: entry, frontier and checkpoint in one act | `sqlalchemy`         |
| `reader`      | one unmoving view of the log                                    | `sqlalchemy`         |

This file imports nothing, so that an auditor can carry the upper rooms away without the lower ones.
"""
