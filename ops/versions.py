"""Every third-party version that is not in requirements/*.txt, each in one place; a test finds any second one."""

PYTHON = (3, 11)
"""The oldest Python on the machine, as in pyproject.toml and ./inv."""

POSTGRES = 18
"""Major version of the server binaries, and so of every data folder."""

ENGINE = (25, 0)
"""The oldest Docker engine: the first that knows `start_interval` of a health check."""

COMPOSE = (2, 40)
"""The oldest Docker Compose that is tried."""

IMAGES = {
    "database": "postgres:18.6",
    "prometheus": "prom/prometheus:v3.5.3",
    "alertmanager": "prom/alertmanager:v0.33.1",
    "loki": "grafana/loki:3.7.6",
    "alloy": "grafana/alloy:v1.18.1",
    "grafana": "grafana/grafana:13.2.3",
}
"""The images of others that compose.yaml runs, by part; a test compares."""

PYTHON_IMAGE = "python:3.14-slim"
"""What the application's image is built from, as in the Dockerfile."""

KIND = (0, 33)
"""The oldest kind that is tried: the first whose nodes take Kubernetes 1.36."""

KUBECTL = (1, 35)
"""The oldest kubectl that may speak to Kubernetes 1.36: one minor version behind."""

CLUSTER_IMAGES = {
    "node": "kindest/node:v1.36.4",
    "registry": "registry:2.8.3",
    "traefik": "traefik:v3.7.15",
    "metrics-server": "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
}
"""The images of others that only the kind cluster runs; the node's tag is the version of Kubernetes."""

GATEWAY_API = "v1.6.1"
"""Release of the Gateway API's definitions, standard channel."""

GATEWAY_API_ADDRESS = (
    f"https://github.com/kubernetes-sigs/gateway-api/releases/download/{GATEWAY_API}/standard-install.yaml"
)

DCLINT = "3.1.0"
"""What reads the files of Compose with a critical eye: an npm package, run by npx where there is one."""
