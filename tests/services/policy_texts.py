"""Policy documents as administrators write them."""

from __future__ import annotations

from typing import Final

WHOLE: Final = """\
# Everything there is, once.

[access]
groups = ["developers", "testers"]
clients = ["ci-robot", "okta:abc123"]
read_only_groups = ["contractors"]
reason = "The API is for developers"

[[access.override]]
user = "Ada"
effect = "allow"
until = 2027-01-31
reason = "Trial until January"

[tokens]
creators = "groups"
creator_groups = ["developers"]
for_others_groups = ["testers"]
holders = ["developers"]
max_lifetime = "90d"
max_count = 5
presentations = ["bearer"]
require_ticket = true
require_team = false
stale_after = "60d"
delete_after = "30d"
reason = "Short tokens for developers"

[[network]]
name = "office"
allow = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]
deny = ["10.66.0.0/16"]
groups = ["developers"]
clients = ["ci-robot"]
tokens = ["t1"]
reason = "From the office only"

[browsers]
origins = ["https://app.example.com", "http://localhost:3000"]
reason = "Our own pages only"

[emails]
domains = ["Example.com"]
reason = "Staff only"

[legacy]
basic = "observe"
oauth1 = "block"
session = "allow"
anonymous = "block"
atlassian_token = "observe"
reason = "Passwords end this year"

[[legacy.exception]]
name = "old-dashboard"
way = "basic"
effect = "allow"
until = 2027-01-31T12:00:00+01:00
paths = ["/rest/api/2/dashboard"]
users = ["Wall.Board"]
networks = ["10.1.0.0/16"]
reason = "The screen in the hall"

[[operation]]
name = "no-deleting"
allow = ["read", "createIssue"]
deny = ["deleteIssue", "DELETE /rest/api/2/issue/{issueIdOrKey}"]
groups = ["testers"]
clients = []
tokens = ["t1"]
reason = "Testers read"

[[project]]
name = "public"
allow = ["AB", "10001", "~ada"]
deny = ["HR"]
groups = ["testers"]
clients = ["ci-robot"]
reason = "Not the whole site"

[harmless]
operations = ["getServerInfo"]
reason = "Says nothing of a project"

[[open]]
name = "plugin"
scope = "READ"
paths = ["/rest/tempo/4"]
operations = ["getDashboard"]
methods = ["GET", "POST"]
reason = "Time sheets"

[[rate]]
name = "each"
per = "token"
calls = 100
seconds = 60
operations = ["write"]
groups = ["testers"]
clients = ["ci-robot"]
tokens = ["t1"]
reason = "Slow down"

[[deny]]
name = "incident"
groups = ["contractors"]
clients = ["ci-robot"]
users = ["Mallory"]
tokens = ["t1"]
networks = ["203.0.113.0/24"]
operations = ["write"]
reason = "Incident 7"
"""
"""Every section and every key, with values of their own."""

ACCESS: Final = '[access]\ngroups = ["developers"]\nreason = "The API is for developers"\n'
