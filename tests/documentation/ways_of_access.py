"""Clients, sites and people: what each page of the console does, by REST and by commands."""

from __future__ import annotations

from typing import Final

from tests.documentation.way import Way

CLIENTS: Final = (
    Way(
        "Look at clients",
        ("clients", "client"),
        ("listClients", "showClient", "listSecrets"),
        ("client list", "client show"),
    ),
    Way(
        "Register a client", ("client_new", "client_details"), ("createClient",), ("client create",)
    ),
    Way("Change a client", ("client_edit",), ("changeClient",), ("client update",)),
    Way(
        "Rotate a client's secret", ("client_rotate",), ("rotateSecret",), ("client rotate-secret",)
    ),
    Way(
        "Stop clients and let them act again",
        ("client_disable", "client_enable", "clients_bulk"),
        ("disableClient", "enableClient"),
        ("client disable", "client enable"),
    ),
    Way("Delete a client", ("client_delete",), ("deleteClient",), ("client delete",)),
    Way(
        "Let clients register themselves",
        ("registration_tokens", "registration_token_new", "registration_token_revoke"),
        ("listInitialTokens", "createInitialToken", "revokeInitialToken"),
        ("registration token list", "registration token create", "registration token revoke"),
    ),
    Way("See which clients did", (), ("listClients",), ("registration list",)),
    Way("Choose scopes", (), ("listScopes",), ("scope list",)),
    Way("See which scopes a call takes", (), ("findOperations",), ("scope explain",)),
)
SITES: Final = (
    Way(
        "Look at sites",
        ("resources", "resource"),
        ("listResources", "showResource", "listCredentials"),
        ("resource list", "resource show"),
    ),
    Way("Register a site", ("resource_new",), ("createResource",), ("resource create",)),
    Way(
        "Change, stop and delete a site",
        ("resource_edit", "resource_disable", "resource_enable", "resource_delete"),
        ("changeResource", "disableResource", "enableResource", "deleteResource"),
        ("resource update", "resource disable", "resource enable", "resource delete"),
    ),
    Way(
        "Rotate a site's credential",
        ("resource_rotate",),
        ("rotateCredential",),
        ("resource rotate-credential",),
    ),
    Way(
        "Say how calls arrive at a site",
        ("resource_hand-over", "resource_hand-over_remove"),
        ("showHandOver", "setHandOver", "removeHandOver"),
        ("resource set-hand-over", "resource set-credential", "resource unset-hand-over"),
    ),
    Way(
        "Map accounts of a site",
        ("accounts", "account_map", "account_unmap", "account_import"),
        ("listAccounts", "mapAccount", "unmapAccount", "importAccounts"),
        ("account list", "account map", "account unmap", "account import"),
    ),
    Way(
        "Look at gateways",
        ("gateways", "gateway"),
        ("listGateways", "showGateway", "listGatewayKeys"),
        ("gateway list", "gateway show"),
    ),
    Way("Register a gateway", ("gateway_new",), ("createGateway",), ("gateway add",)),
    Way(
        "Set nginx up as a gateway", ("gateway_nginx",), ("renderNginx",), ("gateway nginx-config",)
    ),
    Way(
        "Change and forget gateways",
        ("gateway_edit", "gateway_rotate", "gateway_remove"),
        ("changeGateway", "rotateGatewayKey", "removeGateway"),
        ("gateway update", "gateway rotate-key", "gateway remove"),
    ),
    Way(
        "Look after keys of Connect apps",
        (
            *("connect_keys", "connect_key", "connect_key_new", "connect_key_rotate"),
            *("connect_key_disable", "connect_key_enable", "connect_key_remove"),
        ),
        (
            "listConnectKeys",
            "showConnectKey",
            "addConnectKey",
            "rotateConnectKey",
            "disableConnectKey",
            "enableConnectKey",
            "removeConnectKey",
        ),
        (
            "connect list",
            "connect show",
            "connect add",
            "connect rotate",
            "connect disable",
            "connect enable",
            "connect remove",
        ),
    ),
)
PEOPLE: Final = (
    Way(
        "Look at users",
        ("users", "user"),
        ("listUsers", "showUser", "showCredentials", "showRolesOfUser"),
        ("user list", "user show"),
    ),
    Way("Add a user", ("user_new",), ("createUser",), ("user create",)),
    Way(
        "Change a user and its roles", ("user_edit",), ("changeUser", "listRoles"), ("user update",)
    ),
    Way(
        "Stop everything of a user, and let it go on",
        ("user_stop", "user_go-on"),
        ("stopUser", "disableTokensOfUser", "enableTokensOfUser"),
        ("user stop", "user disable-credentials", "user enable-credentials"),
    ),
    Way(
        "Give a one-time password",
        ("user_reset-password",),
        ("resetPassword",),
        ("user reset-password",),
    ),
    Way(
        "Stop a user and let it sign in again",
        ("user_disable", "user_enable"),
        ("disableUser", "enableUser"),
        ("user disable", "user enable"),
    ),
    Way("Delete a user", ("user_delete",), ("deleteUser",), ("user delete",)),
    Way(
        "Disconnect a user from a provider",
        ("user_unlink",),
        ("listIdentities", "showIdentity", "unlinkIdentity"),
        ("identity list", "identity unlink"),
    ),
    Way(
        "Look after groups",
        ("groups", "group", "group_new", "group_members", "group_delete"),
        ("listGroups", "createGroup", "deleteGroup", "listMembers", "addMember", "removeMember"),
        ("group list", "group create", "group delete", "group add", "group remove"),
    ),
    Way(
        "See who is signed in, and end it",
        ("sessions", "sessions_bulk", "user_end-sessions"),
        ("listSessions", "showSession", "endSession", "endSessionsOfUser"),
        ("session list", "session end", "session end-all"),
    ),
    Way(
        "See what users allowed to apps, and end it",
        ("grants", "grants_bulk"),
        ("listGrants", "showGrant", "revokeGrant", "revokeGrants"),
        ("grant list", "grant revoke"),
    ),
)
