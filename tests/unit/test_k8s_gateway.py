"""The gateway: its ports, and what it sends again."""

import re

import yaml

from ops import manifests
from ops.paths import ROOT
from tests.support import rendered
from tests.support.rendered import pod, workloads


def traefik_arguments() -> list[str]:
    (found,) = [found for _, found in workloads("traefik")]
    arguments: list[str] = pod(found)["containers"][0]["args"]
    return arguments


def test_the_gateways_ports_are_the_entry_points_of_traefik() -> None:
    (traefik,) = [found for _, found in workloads("traefik")]
    ports = {port["name"]: port["containerPort"] for port in pod(traefik)["containers"][0]["ports"]}
    assert f"--entrypoints.web.address=:{ports['web']}" in traefik_arguments()
    found = {name: rendered.objects(name) for name in (*rendered.OVERLAYS, "monitoring")}
    gateways = [gateway for objects in found.values() for gateway in manifests.of_kind(objects, "Gateway")]
    assert len(gateways) == len(found)
    for gateway in gateways:
        web, again = (listener["port"] for listener in gateway["spec"]["listeners"])
        assert web == ports["web"]
        assert f"--entrypoints.again.address=127.0.0.1:{again}" in traefik_arguments()
    for route in (route for objects in found.values() for route in manifests.of_kind(objects, "HTTPRoute")):
        assert all("sectionName" not in parent for parent in route["spec"]["parentRefs"]), "it belongs to both"


def test_the_gateways_port_on_the_nodes_is_the_one_that_kind_publishes() -> None:
    service = manifests.named(rendered.objects("traefik"), "Service", "traefik")
    kind = yaml.safe_load((ROOT / "kind" / "cluster.yaml").read_text())
    published = [port["containerPort"] for node in kind["nodes"] for port in node.get("extraPortMappings", [])]
    assert [port["nodePort"] for port in service["spec"]["ports"]] == published


def test_the_gateway_sends_again_what_reached_no_pod_and_of_the_rest_only_what_may_be_done_twice() -> None:
    objects = rendered.objects("traefik")
    (config,) = manifests.of_kind(objects, "ConfigMap")
    ((file, text),) = config["data"].items()
    (traefik,) = manifests.of_kind(objects, "Deployment")
    (container,) = pod(traefik)["containers"]
    http = yaml.safe_load(text)["http"]
    by_status = {name for name, each in http["middlewares"].items() if "status" in each["retry"]}
    read, create = http["routers"].values()
    assert read["rule"] == "Method(`GET`) || Method(`HEAD`)"
    assert create["rule"].startswith(
        "Method(`POST`) && Path(`/api/v1/notes`) && HeaderRegexp(`Idempotency-Key`, `.`) && "
    )
    assert all(set(router["middlewares"]) == by_status for router in (read, create))
    (others,) = set(http["middlewares"]) - by_status
    entries = {argument.split("=")[0].split(".")[1] for argument in container["args"] if "entrypoints" in argument}
    for entry in entries - {"metrics"}:
        assert f"--entrypoints.{entry}.http.middlewares={others}@file" in container["args"]
    way = http["services"][read["service"]]["loadBalancer"]
    (server,) = way["servers"]
    (digits,) = re.findall(r"\{1,(\d)\}\$`\)$", create["rule"])
    (most,) = {http["middlewares"][name]["retry"]["maxRequestBodyBytes"] for name in by_status}
    assert most == 10 ** int(digits) - 1, "a longer body would be refused, and a larger buffer is taken for nothing"
    assert way["responseForwarding"]["flushInterval"].endswith("h"), "else what is to be repeated leaves as a 200"
    patience = http["serversTransports"][way["serversTransport"]]["forwardingTimeouts"]["responseHeaderTimeout"]
    (until,) = {http["middlewares"][name]["retry"]["timeout"] for name in by_status}
    assert float(patience.removesuffix("s")) < float(until.removesuffix("s")), "else nobody asks a second pod"
    assert f"--entrypoints.again.address={server['url'].removeprefix('http://')}" in container["args"]
    (mount,) = container["volumeMounts"]
    assert f"--providers.file.filename={mount['mountPath']}/{file}" in container["args"]
    assert pod(traefik)["volumes"] == [{"name": mount["name"], "configMap": {"name": config["metadata"]["name"]}}]
