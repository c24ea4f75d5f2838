package api

import (
	"errors"
	"net/http"
	"strings"

	"planatlas/geo/read"
	"planatlas/layers"
)

// language returns zh or en by Accept-Language (RFC 9110, section 12.5.4), or ""
// when the client does not say: it then gets both.
func language(req *http.Request) string {
	if lang := req.URL.Query().Get("lang"); lang == "zh" || lang == "en" {
		return lang
	}
	best, weight := "", 0.0
	for _, part := range strings.Split(req.Header.Get("Accept-Language"), ",") {
		name, q := weighed(part)
		name, _, _ = strings.Cut(name, "-")
		if (name == "zh" || name == "en") && q > weight {
			best, weight = name, q
		}
	}
	return best
}

// inLanguage returns the text in the language, or in both.
func inLanguage(lang string, t layers.Text) string {
	switch {
	case lang == "zh" || t.EN == "" || t.EN == t.ZH:
		return t.ZH
	case lang == "en" || t.ZH == "":
		return t.EN
	}
	return t.ZH + " " + t.EN
}

// sayLanguage names the language of an answer that has one alone.
func sayLanguage(h http.Header, lang string) {
	if lang != "" {
		h.Set("Content-Language", lang)
	}
}

// problemIn describes the error in the language; English when none was asked for.
func problemIn(lang string, err error, requestID string) Problem {
	p := problem(err, requestID)
	if lang != "zh" {
		return p
	}
	p.Title = titleZH(p.Status)
	p.Expected, p.Hint = inChinese(p.Expected), inChinese(p.Hint)
	var input *layers.InputError
	var file *read.Error
	switch {
	case errors.As(err, &file) && file.WantZH != "": // a reader says it whole
		p.Detail, p.Expected, p.Hint = shorten(file.ZH), file.WantZH, file.HintZH
	case errors.As(err, &input):
		p.Detail = detailZH(p.Parameter, p.Value, p.Expected)
	case p.Status == http.StatusServiceUnavailable:
		p.Detail = "数据库没有应答或用时过长;没有作出任何判断"
	case p.Status == http.StatusInternalServerError:
		p.Detail = "服务内部出错;日志中可按 instance 查到"
	case p.Status == http.StatusForbidden:
		p.Detail = "无权读取"
	case p.Status == http.StatusConflict:
		p.Detail = "请求与现存数据不符"
	default:
		p.Detail = shorten(inChinese(err.Error()))
	}
	return p
}

// detailZH says in Chinese what is wrong with a value; expected is Chinese already.
func detailZH(parameter, value, expected string) string {
	out := "参数 " + parameter + " 有误"
	if value != "" {
		out += "(" + inChinese(value) + ")"
	}
	if expected != "" {
		out += ";要求:" + expected
	}
	return out
}

// titleZH is the name of an HTTP status in Chinese.
func titleZH(status int) string {
	title, ok := map[int]string{
		http.StatusBadRequest: "请求有误", http.StatusForbidden: "禁止访问", http.StatusNotFound: "没有找到", http.StatusMethodNotAllowed: "方法不允许",
		http.StatusNotAcceptable: "没有可接受的格式", http.StatusConflict: "冲突", http.StatusGone: "已删除", http.StatusRequestEntityTooLarge: "内容过大", http.StatusRequestURITooLong: "地址过长",
		http.StatusUnsupportedMediaType: "不支持的媒体类型", http.StatusUnprocessableEntity: "内容无法处理",
		http.StatusInternalServerError: "服务内部错误", http.StatusNotImplemented: "缺少所需组件", http.StatusServiceUnavailable: "服务暂不可用",
	}[status]
	if !ok {
		return http.StatusText(status)
	}
	return title
}
